import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createDatabase } from './database.js';
import { startPostgres, type PostgresServer } from './postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.destroy());

async function ask(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return ((await client.query<{ answer: unknown }>(text)).rows[0] ?? {}).answer;
  } finally {
    await client.end();
  }
}

test("the run's PostgreSQL syncs every commit, so that a test about durability means something", async () => {
  expect(await ask(inject('postgresUrl'), `select current_setting('fsync') as answer`)).toBe('on');
  expect(await ask(inject('postgresUrl'), `select current_setting('synchronous_commit') as answer`)).toBe('on');
});

test('what was committed is there after a crash and a second start on the same address', async () => {
  await ask(server.url, 'create table kept as select 42 as answer');
  await server.stop('immediate');
  await server.start();
  expect(await ask(server.url, 'select answer from kept')).toBe(42);
});

test('a database is empty when made and gone when dropped', async () => {
  const database = await createDatabase();
  const tables = `select count(*)::int as answer from pg_tables where schemaname = 'public'`;
  expect(await ask(database.url, tables)).toBe(0);
  await database.drop();
  await expect(ask(database.url, 'select 1 as answer')).rejects.toThrow('does not exist');
});

test('a database can be copied from another', async () => {
  const original = await createDatabase();
  await ask(original.url, 'create table copied as select 7 as answer');
  const copy = await createDatabase({ template: new URL(original.url).pathname.slice(1) });
  expect(await ask(copy.url, 'select answer from copied')).toBe(7);
  await Promise.all([original.drop(), copy.drop()]);
});
