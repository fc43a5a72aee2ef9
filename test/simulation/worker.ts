import { migrateDatabase } from '../../src/engine/database.js';
import type { Database } from '../../src/store/database.js';
import { openInMemory } from '../../src/store/pglite/pglite.js';
import type { Ask } from './main.js';
import { openMemoryStore } from './memory-store.js';
import { simulate, type Simulated } from './simulate.js';
import { openSqlStore } from './sql-store.js';

const SQL_SCALE = 0.3;

/** One seed after the other, as they are asked for. The real SQL is opened at the first seed that wants it. */
export function createSimulating(): (ask: Ask) => Promise<Simulated> {
  let database: Promise<Database> | undefined;
  return async ({ seed, onSql }) => {
    if (!onSql) return simulate({ seed, store: openMemoryStore() });
    database ??= openMigrated();
    return simulate({ seed, store: await openSqlStore(await database), scale: SQL_SCALE });
  };
}

async function openMigrated(): Promise<Database> {
  const database = await openInMemory();
  await migrateDatabase(database, { mirrorSchema: 'stripe', databaseUrl: 'no users here' });
  return database;
}
