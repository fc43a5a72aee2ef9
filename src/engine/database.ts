import { join } from 'node:path';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { mirrorTables } from '../catalog/tables.js';
import type { Log } from '../kernel/log.js';
import type { Database } from '../store/database.js';
import { migrate, readMigrations, type Migrated } from '../store/migrate.js';
import { openPGlite } from '../store/pglite/pglite.js';
import { openPostgres } from '../store/postgres/postgres.js';
import type { Config } from './config.js';

type Where = Pick<Config, 'databaseUrl' | 'directory'>;

/** PostgreSQL where a URL names one, else the embedded database. */
export async function openDatabase({ databaseUrl, directory }: Where, log: Log): Promise<Database> {
  return databaseUrl === undefined ? openPGlite(join(directory, 'db')) : openPostgres({ url: databaseUrl, log });
}

/** Lockstep's own schema, and the mirror's tables in the configured one. */
export async function migrateDatabase(
  database: Database,
  { mirrorSchema }: Pick<Config, 'mirrorSchema'>,
): Promise<Migrated> {
  return migrate(database, {
    migrations: readMigrations(),
    mirror: { apiVersion: API_VERSION, script: mirrorTables(mirrorSchema) },
  });
}
