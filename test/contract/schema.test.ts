import { describe, expect, test } from 'vitest';
import { migrateDatabase, printMigration, schemaDifferences } from '../../src/engine/database.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { expectedSchema } from '../../src/store/expected-schema.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { createDatabase } from '../support/database.js';
import { databases, openTestDatabase } from '../support/world.js';

const where = { mirrorSchema: 'stripe', databaseUrl: 'postgres://' };
/** As the build made it. */
const built = new URL('../../dist/expected-schema.json', import.meta.url);
const expected = expectedSchema('stripe', built);

/** What somebody may do to the database, and what is then said of it. */
const damages: readonly [what: string, damage: string, named: string][] = [
  ['a computed column', 'alter table stripe.customers drop column email cascade', 'column stripe.customers.email'],
  ['a plain column', 'alter table lockstep.dirty drop column reason', 'column lockstep.dirty.reason'],
  ['an index', 'drop index stripe.customers_by_user', 'index stripe.customers_by_user'],
  ['an index of the inbox', 'drop index lockstep.inbox_object', 'index lockstep.inbox_object'],
  [
    'a function, and all columns on it',
    'drop function lockstep.as_time(jsonb) cascade',
    'function lockstep.as_time(jsonb)',
  ],
  ['a mirror table', 'drop table stripe.products cascade', 'table stripe.products'],
  ['a table of our own', 'drop table lockstep.cursors', 'table lockstep.cursors'],
  ['the record of the migrations', 'drop table lockstep.migrations', 'table lockstep.migrations'],
  ['the sequence', 'drop sequence lockstep.tick cascade', 'sequence lockstep.tick'],
  ['a view', 'drop view if exists lockstep.user_renewals', 'view lockstep.user_renewals'],
  ['a primary key', 'alter table lockstep.dirty drop constraint dirty_pkey', 'constraint dirty_pkey of lockstep.dirty'],
  [
    'a check',
    'alter table lockstep.sweeps drop constraint sweeps_scope_check',
    'constraint sweeps_scope_check of lockstep.sweeps',
  ],
  [
    'a foreign key',
    'alter table lockstep.hook_deliveries drop constraint hook_deliveries_hook_fkey',
    'constraint hook_deliveries_hook_fkey of lockstep.hook_deliveries',
  ],
  ['a default', 'alter table lockstep.dirty alter column parents drop default', 'column lockstep.dirty.parents'],
  ['a not null', 'alter table stripe.customers alter column deleted drop not null', 'column stripe.customers.deleted'],
  [
    'the default partition',
    'alter table lockstep.inbox detach partition lockstep.inbox_default',
    'partition lockstep.inbox_default of lockstep.inbox',
  ],
  ['a type', 'alter table lockstep.dirty alter column attempts type bigint', 'column lockstep.dirty.attempts'],
  ['an expression', 'alter table stripe.customers alter column name drop expression', 'column stripe.customers.name'],
  [
    'a computed column of another kind',
    `alter table stripe.products drop column name cascade; alter table stripe.products add column name text generated always as (upper(data ->> 'name')) stored`,
    'column stripe.products.name',
  ],
  [
    'a function',
    `create or replace function lockstep.as_boolean(v jsonb) returns boolean language sql immutable parallel safe return null::boolean`,
    'function lockstep.as_boolean(jsonb)',
  ],
  [
    'a view',
    'create or replace view lockstep.user_entitlements as select null::text as account, null::boolean as livemode, null::text as user_id, null::text as customer_id, null::text as entitlement_id, null::text as lookup_key, null::text as feature_id',
    'view lockstep.user_entitlements',
  ],
  ['a sequence that repeats', 'alter sequence lockstep.tick cache 50 increment by 2', 'sequence lockstep.tick'],
  [
    'an index on something else',
    'drop index lockstep.dirty_dead; create index dirty_dead on lockstep.dirty (id)',
    'index lockstep.dirty_dead',
  ],
  ['a table that a crash empties', 'alter table lockstep.cursors set unlogged', 'table lockstep.cursors (unlogged)'],
];

const customer = (id: string, name: string) => sql`
  insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
  values ('acct_1', false, ${id}, ${JSON.stringify({ id, object: 'customer', name, email: 'a@example.com', created: 1_700_000_000, delinquent: true })}::jsonb, now(), now())`;

describe.each(databases)('the schema of a database on %s', (kind) => {
  test('is what the build expects, and what is the app’s own there is left alone', async () => {
    const database = await openTestDatabase(kind);
    expect(await schemaDifferences(database, where, expected)).toEqual([]);
    await database.script(`alter table stripe.customers add column ours text; create index ours_index on stripe.customers (ours);
      create view stripe.ours as select id, email from stripe.customers; create table lockstep.ours (id text)`);
    expect(await schemaDifferences(database, where, expected)).toEqual([]);
    expect(await printMigration(database, where, expected)).toBe('');
    await database.close();
  }, 240_000);

  test('is named and made again wherever it was damaged, and what holds data stays', async () => {
    const database = await openTestDatabase(kind);
    await database.query(customer('cus_kept', 'Ada'));
    await database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
      values ('acct_1', false, 'customer', 'cus_kept', 5000, 5000, now(), now())`);
    // Several at once, as a restore gone wrong does; what would undo another one stands in the second half.
    for (const half of [damages.slice(0, 10), damages.slice(10)]) {
      for (const [, damage] of half) await database.script(damage);
      const names = half.map(([, , named]) => named);
      const found = (await schemaDifferences(database, where, expected)).map(({ object }) => object);
      expect(found).toEqual(expect.arrayContaining(names));
      expect(await printMigration(database, where, expected)).toContain('commit;');
      const { repaired, failed } = await repair(database);
      expect(failed).toEqual([]);
      // The migrator makes the record of the migrations before anything is compared.
      const compared = names.filter((name) => name !== 'table lockstep.migrations');
      expect(repaired.map(({ object }) => object)).toEqual(expect.arrayContaining(compared));
      expect(await schemaDifferences(database, where, expected)).toEqual([]);
    }
    expect(
      await database.query(sql`select id, name, email, delinquent from stripe.customers where id = 'cus_kept'`),
    ).toEqual([{ id: 'cus_kept', name: 'Ada', email: 'a@example.com', delinquent: true }]);
    expect(await database.query(sql`select id from lockstep.dirty`)).toEqual([{ id: 'cus_kept' }]);
    // What was drawn before the sequence was lost is never drawn again.
    const [drawn] = await database.query<{ tick: number }>(sql`select nextval('lockstep.tick') as tick`);
    expect(drawn?.tick).toBeGreaterThan(5_000);
    await database.close();
  }, 400_000);
});

const repair = (database: Database) => migrateDatabase(database, where, { repair: true, expected });

test('rows that a changed function computed wrongly are computed again', async () => {
  const database = await openTestDatabase('PostgreSQL');
  await database.script(
    'create or replace function lockstep.as_boolean(v jsonb) returns boolean language sql immutable parallel safe return null::boolean',
  );
  await database.query(customer('cus_wrong', 'Ada'));
  await repair(database);
  expect(await database.query(sql`select delinquent from stripe.customers`)).toEqual([{ delinquent: true }]);
  await database.close();
}, 240_000);

test('what cannot be made again is named with its reason, and the rest is made all the same', async () => {
  const database = await openTestDatabase('PostgreSQL');
  await database.query(customer('cus_lost', 'Ada'));
  await database.script('alter table stripe.customers drop column as_of; drop index lockstep.dirty_dead');
  const { repaired, failed } = await repair(database);
  expect(repaired.map(({ object }) => object)).toEqual(['index lockstep.dirty_dead']);
  expect(failed).toEqual([
    expect.objectContaining({
      object: 'column stripe.customers.as_of',
      reason: expect.stringContaining('null values'),
    }),
  ]);
  await database.close();
}, 240_000);

test('a mirror in another schema, of a name that has to be quoted, and a search path that finds it', async () => {
  const { url, drop } = await createDatabase();
  const database = openPostgres({ url, log: silent });
  const named = { ...where, mirrorSchema: 'select' };
  await migrateDatabase(database, named);
  await database.script(
    `alter database ${new URL(url).pathname.slice(1)} set search_path = "select", lockstep, public`,
  );
  const again = openPostgres({ url, log: silent });
  const other = expectedSchema('select', built);
  expect(await schemaDifferences(again, named, other)).toEqual([]);
  await again.script('drop table "select".coupons');
  expect(await schemaDifferences(again, named, other)).toMatchObject([
    { object: 'table "select".coupons', breaks: true },
  ]);
  await Promise.all([database.close(), again.close()]);
  await drop();
}, 240_000);
