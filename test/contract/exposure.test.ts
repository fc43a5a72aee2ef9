import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readExposure } from '../../src/operate/doctor/exposure.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { asSuperuser, createDatabase, type TestDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';

const page = readFileSync(new URL('../../docs/operations/exposure.md', import.meta.url), 'utf8');
const suffix = randomBytes(4).toString('hex');
// Roles belong to the whole server, which other suites share.
const reader = `reader_${suffix}`;
const person = `authenticated`;

/** The SQL of the page that is marked with this name, with a role of this run. */
function block(name: string): string {
  const [, code] = new RegExp(`<!-- run: ${name} -->\n\`\`\`sql\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`the page has no SQL named ${name}`);
  return code.replaceAll('mirror_reader', reader).replaceAll('change me', 'secret');
}

let at: TestDatabase;
let owner: Database;
const opened: Database[] = [];

function openAs(role: string): Database {
  const url = new URL(at.url);
  url.username = role;
  url.password = 'secret';
  const database = openPostgres({ url: url.href, log: silent });
  opened.push(database);
  return database;
}

beforeAll(async () => {
  at = await createDatabase({ template: MIGRATED });
  owner = openPostgres({ url: at.url, log: silent });
  await owner.script(`
    insert into stripe.customers (account, livemode, id, data, as_of)
      select 'acct_1', false, 'cus_' || n, jsonb_build_object('id', 'cus_' || n, 'object', 'customer'), now() from generate_series(1, 2) n;
    insert into stripe.subscriptions (account, livemode, id, data, as_of)
      select 'acct_1', false, 'sub_' || n, jsonb_build_object('id', 'sub_' || n, 'customer', 'cus_' || n, 'status', 'active'), now()
      from generate_series(1, 2) n;
    insert into lockstep.links (account, livemode, user_id, idempotency_key, parameters, asked_at, customer_id)
      select 'acct_1', false, 'user_' || n, 'key_' || n, '{}', now(), 'cus_' || n from generate_series(1, 2) n;`);
});
afterAll(async () => {
  for (const database of [owner, ...opened]) await database.close();
  await at.drop();
  await asSuperuser(`drop role if exists ${reader}`);
});

const refused = { code: '42501' };

test('the role that only reads sees objects and views, and neither writes nor sees events and links', async () => {
  await owner.script(block('reader'));
  const database = openAs(reader);
  expect(await database.query(sql`select id from stripe.customers order by id`)).toHaveLength(2);
  expect(await database.query(sql`select access from lockstep.user_subscriptions where user_id = 'user_1'`)).toEqual([
    { access: true },
  ]);
  await database.script('set default_transaction_read_only = off'); // anybody may set that: the grants must hold alone
  for (const statement of [
    sql`select from lockstep.inbox`,
    sql`select from lockstep.links`,
    sql`select from lockstep.erased`,
    sql`update stripe.customers set deleted = true`,
    sql`delete from stripe.customers`,
    sql`insert into stripe.customers (account, livemode, id, data, as_of) values ('a', false, 'b', '{}', now())`,
  ])
    await expect(
      database.transaction(async (tx) => {
        await tx.script('set transaction read write');
        return tx.query(statement);
      }),
    ).rejects.toMatchObject(refused);
  await owner.script('create table stripe.later_types (id text)');
  expect(await database.query(sql`select from stripe.later_types`)).toEqual([]);
});

test('with row security, a person sees their own rows and the granted columns, and nothing without a claim', async () => {
  await asSuperuser(
    `do $$ begin create role ${person} login password 'secret'; exception when duplicate_object then null; end $$`,
  );
  await owner.script(block('rows'));
  const database = openAs(person);
  const seenBy = (claims: string) =>
    database.transaction(async (tx) => {
      await tx.query(sql`select set_config('request.jwt.claims', ${claims}, true)`);
      return tx.query(sql`select id, status from stripe.subscriptions`);
    });
  expect(await seenBy('{"sub": "user_1"}')).toEqual([{ id: 'sub_1', status: 'active' }]);
  expect(await seenBy('{"sub": "user_2"}')).toEqual([{ id: 'sub_2', status: 'active' }]);
  expect(await seenBy('{}')).toEqual([]);
  expect(await seenBy('')).toEqual([]);
  for (const statement of [
    sql`select data from stripe.subscriptions`,
    sql`select from stripe.customers`,
    sql`select from lockstep.links`,
    sql`select from lockstep.user_subscriptions`,
  ])
    await expect(database.query(statement)).rejects.toMatchObject(refused);
  // Lockstep writes as the owner, whom row security does not bind.
  expect(await owner.query(sql`update stripe.subscriptions set as_of = now() returning 1`)).toHaveLength(2);
});

test('the doctor finds no exposure in both recipes, and finds it by another role, by a column, and without row security', async () => {
  const exposed = () => readExposure(owner, ['lockstep', 'stripe']);
  expect(await exposed()).toEqual({ open: [], later: [] });
  await owner.script(`grant select (id) on stripe.customers to ${person}`);
  expect((await exposed()).open).toEqual([{ role: person, schema: 'stripe', tables: 1 }]);
  await owner.script(`revoke select (id) on stripe.customers from ${person}; grant ${reader} to ${person}`);
  const { open } = await exposed();
  expect(open.map(({ role, schema }) => [role, schema])).toEqual([
    [person, 'lockstep'],
    [person, 'stripe'],
  ]);
  await owner.script(`revoke ${reader} from ${person}; alter table stripe.invoices disable row level security`);
  expect((await exposed()).open).toEqual([{ role: person, schema: 'stripe', tables: 1 }]);
});
