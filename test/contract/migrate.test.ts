import { describe, expect, test } from 'vitest';
import { migrateDatabase } from '../../src/engine/database.js';
import { objects } from '../../src/catalog/catalog.js';
import { silent } from '../../src/kernel/log.js';
import { readMigrations } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import { sql } from '../../src/store/sql.js';
import { createDatabase } from '../support/database.js';
import { databases, openTestDatabase } from '../support/world.js';

const where = { mirrorSchema: 'stripe', databaseUrl: undefined };

test('ten migrators at once leave one schema, made once', async () => {
  const { url } = await createDatabase();
  const connections = Array.from({ length: 10 }, () => openPostgres({ url, connectionsMax: 1, log: silent }));
  const done = await Promise.all(
    connections.map((database) => migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: url })),
  );
  expect(done.filter(({ mirrorMade }) => mirrorMade)).toHaveLength(1);
  expect(await connections[0]?.query(sql`select version from lockstep.migrations`)).toEqual(
    readMigrations().map(({ version }) => ({ version })),
  );
  await Promise.all(connections.map((database) => database.close()));
}, 120_000);

describe.each(databases)('on %s', (kind) => {
  test('every type of the catalog that has a table gets it, in the schema of choice, and a second time nothing changes', async () => {
    const database = await openTestDatabase(kind, { empty: true });
    const named = { ...where, mirrorSchema: 'billing_mirror' };
    await migrateDatabase(database, named);
    const tables = await database.query<{ name: string }>(sql`
      select table_name as name from information_schema.tables where table_schema = 'billing_mirror' order by 1`);
    const wanted = objects.flatMap(({ table }) => table ?? []);
    expect(tables.map(({ name }) => name).sort()).toEqual([...wanted].sort());
    expect(wanted.length).toBeGreaterThan(140);
    expect(await migrateDatabase(database, named)).toMatchObject({ applied: [], mirrorMade: false });
    await database.close();
  }, 120_000);

  test('objects and bodies are compressed with lz4 where this database was built with it', async () => {
    const database = await openTestDatabase(kind, { empty: true });
    await database.script('create table probe (data jsonb)');
    const hasLz4 = await database
      .script('alter table probe alter column data set compression lz4')
      .then(() => true)
      .catch((error: { code?: string }) => {
        expect(error.code).toBe('0A000');
        return false;
      });
    expect(hasLz4 || kind === 'PGlite').toBe(true); // Debian's PostgreSQL has it, so that this is tried at all
    await migrateDatabase(database, where);
    const others = await database.query<{ name: string }>(sql`
      select a.attrelid::regclass::text || '.' || a.attname as name
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and a.atttypid = 'jsonb'::regtype and a.attcompression <> 'l'
        and (n.nspname = 'stripe' or n.nspname = 'lockstep' and a.attname = 'body' and c.relname like 'inbox%')`);
    expect(others.length === 0).toBe(hasLz4);
    await database.close();
  }, 120_000);

  test('a schema that another engine has tables of the same names in is refused, and left as it is', async () => {
    const database = await openTestDatabase(kind, { empty: true });
    await database.script(`create schema stripe; create table stripe.notes (id text);
      create table stripe.customers (id text primary key, email text)`);
    await expect(migrateDatabase(database, where)).rejects.toMatchObject({
      code: 'schema_taken',
      facts: { schema: 'stripe', table: 'customers' },
    });
    const columns = sql`select column_name as name from information_schema.columns
      where table_schema = 'stripe' and table_name = 'customers' order by 1`;
    expect(await database.query(columns)).toEqual([{ name: 'email' }, { name: 'id' }]);
    // What the app itself keeps there under names of its own is nobody's business.
    await database.script('drop table stripe.customers');
    expect(await migrateDatabase(database, where)).toMatchObject({ mirrorMade: true });
    await database.close();
  }, 120_000);
});
