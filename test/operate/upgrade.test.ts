// What docs/operations/upgrade.md promises. With more rows: LOCKSTEP_UPGRADE_ROWS=1000000.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishMigration, migrateDatabase, migrationState, schemaDifferences } from '../../src/engine/database.js';
import { systemClock } from '../../src/kernel/clock.js';
import type { LogFacts } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { expectedSchema } from '../../src/store/expected-schema.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql, trusted } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { MIGRATED } from '../support/global-postgres.js';

const ROWS = Number(process.env['LOCKSTEP_UPGRADE_ROWS'] ?? 40_000);
const PATIENCE_MS = 120_000 + ROWS;
/** The promise is a second; what the machine does at the same time is measured before and added. */
const LIMIT_MS = 1_000;
const where = { mirrorSchema: 'stripe', databaseUrl: 'postgres://' };
const built = new URL('../../dist/expected-schema.json', import.meta.url);

/** What a later catalog adds to customers: three typed columns, one of them a reference with an index. */
const removed = ['balance', 'created', 'default_source'];

let url: string;
let core: Core;
let migrator: Database;
const logged: LogFacts[] = [];
const note = (facts: LogFacts): void => void logged.push(facts);
const log = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  ({ url } = await createDatabase({ template: MIGRATED }));
  const open = () => openPostgres({ url, log });
  core = await startCore({ kind: 'PostgreSQL', database: open() });
  core.stripe.put('/v1/customers/cus_live', customer('cus_live'));
  migrator = open();
  await beOlder();
  await migrator.within('migration').query(sql`
    insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
    select 'acct_scripted', false, 'cus_' || n, jsonb_build_object('id', 'cus_' || n, 'object', 'customer', 'created', 1700000000 + n,
      'balance', n, 'default_source', case when n % 10 = 0 then 'card_' || n end, 'description', repeat(md5(n::text), 20)), now(), now()
    from generate_series(1, ${ROWS}::int) n`);
}, PATIENCE_MS);
afterAll(async () => {
  await core.stop();
  await migrator.close();
});

/** Makes the database one that an older version has left: without these columns, and without a record of this version. */
async function beOlder(): Promise<void> {
  await migrator.script(
    removed.map((name) => `alter table stripe.customers drop column if exists ${name} cascade;`).join('\n'),
  );
  await migrator.script(`truncate lockstep.mirror; insert into lockstep.mirror values ('2020-01-01', 'older')`);
}

/** Delivers events about customers, one after another, as long as `work` takes. Returns the longest time of one, in ms. */
async function longestWhile(work: () => Promise<unknown>): Promise<number> {
  let isDone = false;
  let longest = 0;
  const working = work().finally(() => (isDone = true));
  for (let turn = 0; !isDone; turn += 1) {
    const began = performance.now();
    await core.deliver(
      eventOf('customer.updated', customer('cus_live', { name: `name ${turn}` }), {
        previous: { name: `name ${turn - 1}` },
      }),
    );
    longest = Math.max(longest, performance.now() - began);
  }
  await working;
  return longest;
}

const pause = (ms: number) => () => systemClock.sleep(ms);
const migrate = () => migrateDatabase(migrator, where, { log });
const finish = () => finishMigration(migrator.within('upkeep'), where, { clock: systemClock, log });

describe(`a column that is added to a table of ${ROWS.toLocaleString('en-US')} rows`, () => {
  test('holds up no event for a second, and is filled while events arrive', { timeout: PATIENCE_MS }, async () => {
    const before = await longestWhile(pause(2_000));
    const began = performance.now();
    const migrating = await longestWhile(migrate);
    const migrated = performance.now();
    const filling = await longestWhile(finish);
    const figures = { before, migrating, filling, migrateMs: migrated - began, fillMs: performance.now() - migrated };
    console.log(
      ROWS,
      JSON.stringify(figures, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value)),
    );
    expect(migrating - before).toBeLessThan(LIMIT_MS);
    expect(filling - before).toBeLessThan(LIMIT_MS);
    const [wrong] = await migrator.query<{ count: number }>(sql`
      select count(*)::int as count from stripe.customers where created is distinct from lockstep.as_time(data -> 'created')
        or balance is distinct from lockstep.as_bigint(data -> 'balance')
        or default_source is distinct from lockstep.as_reference(data -> 'default_source')`);
    expect(wrong).toEqual({ count: 0 });
    expect(logged).toContainEqual(expect.objectContaining({ event: 'schema.filled', table: 'stripe.customers' }));
    expect(logged).toContainEqual({ event: 'schema.index_made', index: 'customers_by_default_source' });
  });

  test('is then like the column of a fresh database: whatever is written, it follows the object', async () => {
    await migrator.query(sql`
      update stripe.customers set data = data || '{"balance": 77}', created = null where id = 'cus_1'`);
    expect(await migrator.query(sql`select balance, created from stripe.customers where id = 'cus_1'`)).toEqual([
      { balance: 77, created: new Date(1_700_000_001_000) },
    ]);
    expect(await schemaDifferences(migrator, where, expectedSchema('stripe', built))).toEqual([]);
  });

  test('takes its trigger with it if somebody drops it, and comes back', { timeout: PATIENCE_MS }, async () => {
    await expect(migrator.script('alter table stripe.customers drop column balance')).rejects.toThrow('depend');
    await migrator.script('alter table stripe.customers drop column balance cascade');
    await core.deliver(eventOf('customer.updated', customer('cus_live', { name: 'after' })));
    await beOlder();
    await migrate();
    // The process is stopped in the middle, and started again.
    await finishMigration(migrator.within('upkeep'), where, { clock: systemClock, log, signal: AbortSignal.abort() });
    expect(await migrator.query(sql`select balance from stripe.customers where id = 'cus_2'`)).toEqual([
      { balance: null },
    ]);
    const filling = async () => (await migrationState(migrator, where)).filling;
    expect(await filling()).toEqual([{ table: 'stripe.customers', columns: expect.arrayContaining(removed) }]);
    await finish();
    expect(await filling()).toEqual([]);
    expect(await migrator.query(sql`select balance from stripe.customers where id = 'cus_2'`)).toEqual([
      { balance: 2 },
    ]);
  });

  test('is filled in full although somebody packs the table meanwhile', { timeout: PATIENCE_MS }, async () => {
    await beOlder();
    await migrate();
    const upkeep = migrator.within('upkeep');
    let isPacked = false;
    const packs: Database = {
      ...upkeep,
      async transaction(work) {
        const result = await upkeep.transaction(work);
        if (!isPacked) await migrator.within('migration').outside?.('vacuum full stripe.customers');
        isPacked = true;
        return result;
      },
    };
    await finishMigration(packs, where, { clock: systemClock, log });
    expect(isPacked).toBe(true);
    await finish();
    const [empty] = await migrator.query<{ count: number }>(sql`
      select count(*)::int as count from stripe.customers where balance is null and data ? 'balance'`);
    expect(empty).toEqual({ count: 0 });
  });

  test('is filled in rows that others lock at that time, once they let go', { timeout: PATIENCE_MS }, async () => {
    await beOlder();
    await migrate();
    const other = openPostgres({ url, log });
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const holding = other.transaction(async (tx) => {
      await tx.query(sql`select from stripe.customers where id = 'cus_3' for update`);
      await held;
    });
    const finishing = finish();
    await eventually(
      async () =>
        (await migrator.query(sql`select from stripe.customers where id = 'cus_4' and balance = 4`)).length > 0,
      'the other rows of its pages are filled',
      30_000,
    );
    letGo();
    await Promise.all([holding, finishing]);
    expect(await migrator.query(sql`select balance from stripe.customers where id = 'cus_3'`)).toEqual([
      { balance: 3 },
    ]);
    await other.close();
  });
});

test(
  'a migration that finds a table in use holds up nobody, says who uses it, and goes on when it is free',
  {
    timeout: PATIENCE_MS,
  },
  async () => {
    await beOlder();
    const reader = openPostgres({ url: `${url}?application_name=report`, log });
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const reading = reader.transaction(async (tx) => {
      await tx.query(sql`select from stripe.customers limit 1`);
      await ended;
    });
    const before = await longestWhile(pause(1_000));
    let migrating: Promise<unknown> = Promise.resolve();
    const during = await longestWhile(async () => {
      migrating = migrate();
      await pause(3_000)();
    });
    expect(during - before).toBeLessThan(LIMIT_MS);
    const waits = logged.filter(({ event }) => event === 'schema.waits');
    expect(waits[0]).toMatchObject({ for: [expect.stringMatching(/^\d+ \(report\)$/)] });
    end();
    await Promise.all([reading, migrating]);
    expect(await migrator.query(sql`select balance from stripe.customers limit 1`)).toHaveLength(1);
    await reader.close();
  },
);

describe('two versions beside each other', () => {
  const objectsOfDatabase = async () => {
    const [row] = await migrator.query<{ functions: string }>(sql`
      select string_agg(pg_get_functiondef(p.oid), '' order by p.oid) as functions from pg_proc p
      where p.pronamespace = 'lockstep'::regnamespace`);
    return row?.functions;
  };
  /** What a later version would have done: a migration, tables, a function that works in another way. */
  const beNewer = (runsWith: number | null) =>
    migrator.script(`
      insert into lockstep.migrations (version, name, digest, runs_with) values (9999, '9999-later', 'later', ${String(runsWith)})
        on conflict (version) do update set runs_with = excluded.runs_with;
      alter table lockstep.cursors add column if not exists later text;
      create or replace function lockstep.as_boolean(v jsonb) returns boolean language plpgsql immutable strict parallel safe as $$
        begin return case v when 'true' then true when 'false' then false end; end $$;
      insert into lockstep.mirror (api_version, digest, made_at)
        select api_version, 'later', now() + interval '1 s' from lockstep.mirror order by made_at desc limit 1`);

  test(
    'the older one starts on the schema of the newer, works, and changes nothing of it',
    async () => {
      await migrate();
      await finish();
      const [last] = await migrator.query<{ version: number }>(
        sql`select max(version) as version from lockstep.migrations`,
      );
      await beNewer(last?.version ?? 0);
      const newer = await objectsOfDatabase();
      const expected = expectedSchema('stripe', built);
      expect(await migrateDatabase(migrator, where, { repair: true, expected })).toEqual({
        applied: [],
        mirrorMade: false,
        repaired: [],
        failed: [],
      });
      const older = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log }) });
      older.stripe.put('/v1/customers/cus_back', customer('cus_back', { name: 'Ada' }));
      await older.deliver(eventOf('customer.created', customer('cus_back', { name: 'Ada' })));
      await older.rest();
      expect(await older.row('customers', 'cus_back')).toMatchObject({ name: 'Ada', proven_at: expect.any(Date) });
      await older.stop();
      expect(await objectsOfDatabase()).toBe(newer);
      expect(await schemaDifferences(migrator, where, expected)).toEqual([]);
    },
    PATIENCE_MS,
  );

  test('an older one that the newer does not know of is refused, and told what to do', async () => {
    await beNewer(null);
    await expect(migrate()).rejects.toMatchObject({
      code: 'schema_newer',
      message: expect.stringContaining('9999-later'),
      hint: expect.stringContaining('or a later one'),
    });
    await migrator.script('delete from lockstep.migrations where version = 9999');
  });

  test('an older one is refused once the API version has moved', async () => {
    await migrator.script(`insert into lockstep.mirror values ('2999-01-01', 'moved', now() + interval '2 s')`);
    await expect(migrate()).rejects.toMatchObject({
      code: 'schema_newer',
      message: expect.stringContaining('2999-01-01'),
    });
  });
});

test('a small table gets the column as a fresh one has it', async () => {
  const { url: fresh } = await createDatabase({ template: MIGRATED });
  const database = openPostgres({ url: fresh, log });
  await database.script(`alter table stripe.products drop column name cascade; truncate lockstep.mirror`);
  await migrateDatabase(database, where);
  const columns = trusted(`select attgenerated as kind from pg_attribute
    where attrelid = 'stripe.products'::regclass and attname = 'name'`);
  expect(await database.query(columns)).toEqual([{ kind: 's' }]);
  await database.close();
});

test('a column and an index that somebody dropped come back in the same way', async () => {
  const { url: damaged } = await createDatabase({ template: MIGRATED });
  const database = openPostgres({ url: damaged, log });
  const expected = expectedSchema('stripe', built);
  await database.script(`
    insert into stripe.products (account, livemode, id, data, as_of)
      select 'acct_1', false, 'prod_' || n, jsonb_build_object('name', repeat(md5(n::text), 20)), now() from generate_series(1, 4000) n;
    alter table stripe.products drop column name cascade;
    drop index stripe.products_by_tax_code`);
  const { repaired, failed } = await migrateDatabase(database, where, { repair: true, expected });
  expect({ repaired: repaired.map(({ object }) => object).sort(), failed }).toEqual({
    repaired: ['column stripe.products.name', 'index stripe.products_by_tax_code'],
    failed: [],
  });
  await finishMigration(database, where, { clock: systemClock, log });
  expect(await schemaDifferences(database, where, expected)).toEqual([]);
  const [empty] = await database.query(sql`select count(*)::int as count from stripe.products where name is null`);
  expect(empty).toEqual({ count: 0 });
  await database.close();
}, 60_000);
