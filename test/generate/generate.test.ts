import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { PgView } from 'drizzle-orm/pg-core';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { objects } from '../../src/catalog/catalog.js';
import { generateModels, targets, type Target } from '../../src/generate/models.js';
import { runCommand } from '../support/command.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/demo.js';
import { MIGRATED } from '../support/global-postgres.js';
import { products, subscriptionItems, subscriptions } from './golden/drizzle.js';
import type { StripeDatabase } from './golden/kysely.js';
import { seed } from './seed.js';

const golden: Record<Target, string> = {
  drizzle: 'drizzle.ts',
  kysely: 'kysely.ts',
  prisma: 'prisma.prisma',
  django: 'django.py',
  sql: 'sql.sql',
};
const few = ['customer', 'product', 'price', 'subscriptions', 'subscription_item'];
const all = (target: Target): string => generateModels(target, { types: [], schema: 'stripe', source: null });
const tables = objects.filter(({ table }) => table !== null).length;

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await createDatabase({ template: MIGRATED });
  pool = new pg.Pool({ connectionString: database.url });
  await seed(pool);
});
afterAll(async () => {
  await pool.end();
});

test.each(targets)(
  '%s: the text of some tables is the one that was read and agreed to, and the same each time',
  async (target) => {
    const text = generateModels(target, { types: few, schema: 'stripe', source: null });
    await expect(text).toMatchFileSnapshot(`golden/${golden[target]}`);
    expect(all(target)).toBe(all(target));
  },
);

test('every table of the mirror is in every text', () => {
  const count = (target: Target, pattern: RegExp): number => all(target).match(pattern)?.length ?? 0;
  expect(tables).toBeGreaterThan(100);
  expect({
    drizzle: count('drizzle', /\.existing\(\)/g),
    kysely: count('kysely', /^ {2}'stripe\./gm),
    prisma: count('prisma', /^model /gm),
    django: count('django', /^class /gm),
    sql: count('sql', /^create view /gm),
  }).toEqual({ drizzle: tables, kysely: tables, prisma: tables, django: tables, sql: tables });
});

test('drizzle reads them, with their types', async () => {
  const db = drizzle(pool);
  const rows = await db
    .select({ status: subscriptions.status, quantity: subscriptionItems.quantity, since: subscriptions.created })
    .from(subscriptions)
    .innerJoin(
      subscriptionItems,
      and(eq(subscriptionItems.owner, subscriptions.id), eq(subscriptionItems.account, subscriptions.account)),
    )
    .where(and(eq(subscriptions.account, 'acct_1'), eq(subscriptions.deleted, false)));
  const typed: { status: string | null; quantity: number | null; since: Date | null }[] = rows;
  expect(typed).toEqual([{ status: 'active', quantity: 3, since: new Date(1_790_000_000_000) }]);
  // @ts-expect-error nothing but Lockstep writes them
  expect(() => db.insert(products).values({ id: 'prod_2' }).toSQL()).toThrow();
});

test('kysely reads them, with their types, and its types let nothing be written', async () => {
  const db = new Kysely<StripeDatabase>({ dialect: new PostgresDialect({ pool }) });
  const rows = await db
    .selectFrom('stripe.prices')
    .select(['id', 'unit_amount', 'unit_amount_decimal'])
    .where('account', '=', 'acct_1')
    .execute();
  const typed: { id: string; unit_amount: string | null; unit_amount_decimal: string | null }[] = rows;
  expect(typed).toEqual([{ id: 'price_1', unit_amount: '9900', unit_amount_decimal: '9900.5' }]);
  // @ts-expect-error nothing but Lockstep writes them
  void db.updateTable('stripe.prices').set({ unit_amount: '1' });
});

test('the whole of drizzle and kysely compiles, and PostgreSQL has every column that drizzle asks for', async () => {
  const cache = fileURLToPath(new URL('../../node_modules/.cache/lockstep-generate', import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'all-'));
  try {
    const files = (['drizzle', 'kysely'] as const).map((target) => {
      const file = join(folder, `${target}.ts`);
      writeFileSync(file, all(target));
      return file;
    });
    const options = { strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022 };
    const resolution = { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
    const program = ts.createProgram(files, { ...options, ...resolution });
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    expect(problems).toEqual([]);

    const schema = (await import(files[0] as string)) as Record<string, unknown>;
    const views = Object.values(schema).filter((one) => one instanceof PgView);
    expect(views).toHaveLength(tables);
    const db = drizzle(pool);
    await Promise.all(views.map((view) => db.select().from(view).limit(1)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the views show one account without its tombstones, may be made again, and fail where two accounts are mirrored', async () => {
  await pool.query(all('sql'));
  await pool.query(all('sql'));
  const { rows } = await pool.query('select id, name from stripe_products');
  expect(rows).toEqual([{ id: 'prod_1', name: 'Studio of acct_1' }]);
  expect((await pool.query('select id from stripe_subscriptions')).rows).toEqual([{ id: 'sub_1' }]);
  await pool.query(
    `insert into lockstep.sources (account, livemode, platform, bound_by) values ('acct_2', false, 'acct_2', 'key')`,
  );
  await expect(pool.query('select id from stripe_products')).rejects.toThrow(/more than one row/);
  await pool.query(
    generateModels('sql', { types: [], schema: 'stripe', source: { account: 'acct_2', livemode: false } }),
  );
  expect((await pool.query('select name from stripe_products')).rows).toEqual([{ name: 'Studio of acct_2' }]);
});

test.each([
  ['drizle', [], /drizzle/],
  ['toString', [], /use one of/],
  ['drizzle', ['subscriptons'], /subscriptions/],
  ['drizzle', ['event'], /such as|did you mean/],
])('%s %s is refused with a next step', (target, types, hint) => {
  let error: unknown;
  try {
    generateModels(target, { types, schema: 'stripe', source: null });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'option_invalid', hint: expect.stringMatching(hint) });
});

test('the command prints the text or writes it to a file; a misspelled word ends with 2 and the next step', async () => {
  const directory = await temporaryDirectory();
  try {
    const lockstep = async (...args: string[]) => {
      const command = runCommand(['generate', ...args], { cwd: directory.path });
      return { code: await command.ended, output: command.output() };
    };
    const text = generateModels('kysely', { types: ['customers'], schema: 'stripe', source: null });
    expect(await lockstep('kysely', 'customers')).toEqual({ code: 0, output: text });
    expect(await lockstep('kysely', 'customers', '--out', 'models.ts')).toEqual({ code: 0, output: '' });
    expect(readFileSync(join(directory.path, 'models.ts'), 'utf8')).toBe(text);
    expect(await lockstep('kisely')).toMatchObject({
      code: 2,
      output: expect.stringContaining('did you mean kysely?'),
    });
    expect(await lockstep('sql', '--live')).toMatchObject({ code: 2, output: expect.stringContaining('--account') });
  } finally {
    await directory.remove();
  }
});
