import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrateDatabase } from '../../src/engine/database.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore } from '../support/core.js';
import { createDatabase } from '../support/database.js';
import { startPgBouncer, type Pooler } from '../support/pgbouncer.js';

let pooler: Pooler;
let url: string;
beforeAll(async () => {
  pooler = await startPgBouncer(inject('postgresUrl'));
  url = pooler.urlOf((await createDatabase()).url);
});
afterAll(() => pooler.stop());

/** What every server connection of the pool answers: more clients ask at once than there are connections. */
async function askAll<Row extends object>(text: string): Promise<Row[]> {
  const clients = Array.from({ length: 6 }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const answers = await Promise.all(
    clients.map(async (client) => {
      await client.query('begin');
      const { rows } = await client.query<Row>(`${text.replace('select', 'select pg_sleep(0.05),')}`);
      await client.query('commit');
      return rows;
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  return answers.flat();
}

test('behind a transaction pooler it migrates, stores and proves, and leaves nothing behind', async () => {
  const owner = openPostgres({ url, log: silent });
  expect(await migrateDatabase(owner, { mirrorSchema: 'stripe', databaseUrl: url })).toMatchObject({
    mirrorMade: true,
  });
  await owner.close();

  // Two processes: each would use the other's names for statements.
  const first = await startCore({ kind: 'PostgreSQL', database: openPostgres({ url, log: silent }) });
  const second = openPostgres({ url, log: silent });
  const ids = Array.from({ length: 60 }, (_, n) => `cus_pooled_${n}`);
  for (const id of ids) first.stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
  await Promise.all([
    ...ids.map((id) => first.deliver(eventOf('customer.created', customer(id)))),
    ...ids.map((id) => second.query(sql`select 1 from stripe.customers where id = ${id}`)),
    ...ids.map((id) => second.transaction((tx) => tx.query(sql`select 1 from lockstep.dirty where id = ${id}`))),
  ]);
  await first.rest();
  expect(
    await first.database.query(sql`select 1 from stripe.customers where name = id and proven_at is not null`),
  ).toHaveLength(60);
  expect(first.logged.filter(({ event }) => /failed|postponed|dead|not_stored/.test(event))).toEqual([]);
  await first.stop();
  await second.close();

  // What the pooler itself keeps for each of its clients does not count.
  expect(
    await askAll(`select name, setting from pg_settings where source = 'session' and name <> all
      ('{application_name,client_encoding,DateStyle,TimeZone,standard_conforming_strings}')`),
  ).toEqual([]);
  expect(await askAll('select name from pg_prepared_statements')).toEqual([]);
  const locks = `select objid from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and d.datname = current_database()`; // other suites lock in other databases
  expect(await askAll(locks)).toEqual([]);
}, 120_000);

test('directly, statements are prepared once for each connection, under names', async () => {
  const database = openPostgres({ url: pooler.directOf(url), connectionsMax: 1, log: silent });
  for (let n = 0; n < 3; n += 1) await database.query(sql`select ${n}::int as n`);
  const prepared = await database.query<{ statement: string }>(sql`select statement from pg_prepared_statements`);
  expect(prepared.map(({ statement }) => statement)).toContain('select $1::int as n');
  await database.close();
});
