import { join } from 'node:path';
import { userViews } from '../billing/views.js';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { objects } from '../catalog/objects.js';
import { mirrorTables } from '../catalog/tables.js';
import type { Log } from '../kernel/log.js';
import type { Database } from '../store/database.js';
import { embeddedUsers, migrate, readMigrations, type Migrated } from '../store/migrate.js';
import { openPGlite } from '../store/pglite/pglite.js';
import { openPostgres } from '../store/postgres/postgres.js';
import type { Config } from './config.js';

type Where = Pick<Config, 'databaseUrl' | 'directory'>;

/** PostgreSQL where a URL names one, else the embedded database. */
export async function openDatabase({ databaseUrl, directory }: Where, log: Log): Promise<Database> {
  return databaseUrl === undefined ? openPGlite(join(directory, 'db')) : openPostgres({ url: databaseUrl, log });
}

/** Lockstep's own schema, the mirror's tables in the configured one with the views over them, and the embedded default's users. */
export async function migrateDatabase(
  database: Database,
  { mirrorSchema, databaseUrl }: Pick<Config, 'mirrorSchema' | 'databaseUrl'>,
): Promise<Migrated> {
  const tables = objects.flatMap(({ table }) => table ?? []);
  const script = mirrorTables(mirrorSchema) + userViews(mirrorSchema);
  const mirror = { apiVersion: API_VERSION, script, schema: mirrorSchema, tables };
  const migrated = await migrate(database, { migrations: readMigrations(), mirror });
  if (databaseUrl === undefined) await database.script(embeddedUsers());
  return migrated;
}
