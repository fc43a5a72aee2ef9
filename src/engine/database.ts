import { join } from 'node:path';
import { customersByUserIndex, userViews } from '../billing/access/views.js';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { objects } from '../catalog/objects.js';
import { mirrorIndexes, mirrorTables } from '../catalog/tables.js';
import { acceptFunctions } from '../inbox/accept-functions.js';
import { systemClock, type Clock } from '../kernel/clock.js';
import { silent, type Log } from '../kernel/log.js';
import type { Database } from '../store/database.js';
import { expectedSchema } from '../store/expected-schema.js';
import { readLiveSchema, type LiveSchema } from '../store/live-schema.js';
import { finishColumns } from '../store/computed-columns.js';
import { embeddedUsers, migrate, ownNames, readMigrations, type Migrated } from '../store/migrate.js';
import { migrationScript } from '../store/migration-script.js';
import { readMigrationState, type MigrationState } from '../store/migration-state.js';
import { readState, type Schema } from '../store/schema-record.js';
import { openPGlite } from '../store/pglite/pglite.js';
import { openPostgres } from '../store/postgres/postgres.js';
import { differencesOf, type SchemaDifference } from '../store/schema-difference.js';
import type { Config } from './config.js';

type Where = Pick<Config, 'databaseUrl' | 'directory'>;

/** PostgreSQL where a URL names one, else the embedded database. */
export async function openDatabase({ databaseUrl, directory }: Where, log: Log): Promise<Database> {
  return databaseUrl === undefined ? openPGlite(join(directory, 'db')) : openPostgres({ url: databaseUrl, log });
}

type Schemas = Pick<Config, 'mirrorSchema' | 'databaseUrl'>;

export interface MigrateOptions {
  /** Whether what is missing or was changed is made again. Default false: only what this version adds is made. */
  repair?: boolean;
  /** What it is compared with. Default: what this version was built with. */
  expected?: LiveSchema | undefined;
  /** Default: the system's. */
  clock?: Clock;
  /** Default: nothing is logged. */
  log?: Log;
}

/** Lockstep's own schema, the mirror's tables in the configured one with the views over them, and the embedded default's users. */
export async function migrateDatabase(
  database: Database,
  { mirrorSchema, databaseUrl }: Schemas,
  { repair = false, expected = expectedSchema(mirrorSchema), clock = systemClock, log = silent }: MigrateOptions = {},
): Promise<Migrated> {
  const schema = { ...schemaOf(mirrorSchema), expected: repair ? expected : undefined };
  const migrated = await migrate(database, schema, { clock, log });
  if (databaseUrl === undefined) await database.script(embeddedUsers());
  return migrated;
}

/** What `migrateDatabase` would run, with repairs, as a script; empty: there is nothing to do. */
export function printMigration(
  database: Database,
  { mirrorSchema }: Pick<Config, 'mirrorSchema'>,
  expected = expectedSchema(mirrorSchema),
): Promise<string> {
  return migrationScript(database, { ...schemaOf(mirrorSchema), expected });
}

/** What of ours is missing or was changed. Nothing is known where the sources run as they are. */
export async function schemaDifferences(
  database: Database,
  { mirrorSchema }: Pick<Config, 'mirrorSchema'>,
  expected = expectedSchema(mirrorSchema),
): Promise<SchemaDifference[]> {
  if (expected === undefined) return [];
  const live = await readLiveSchema(database, mirrorSchema);
  const found = differencesOf(expected, live);
  const hasRecord = ['lockstep.migrations', 'lockstep.mirror'].every((name) =>
    live.tables.some((table) => table.name === name),
  );
  if (found.length === 0 || !hasRecord) return found;
  // What a later version has changed is not what this one expects; what it lacks is missing all the same.
  const isNewer = (await readState(database, schemaOf(mirrorSchema))) === 'newer';
  return isNewer ? found.filter(({ problem }) => problem === 'missing') : found;
}

/** Fills the columns that a migration added to large tables, and makes their indexes. Does nothing if there are none. */
export async function finishMigration(
  database: Database,
  { mirrorSchema }: Pick<Config, 'mirrorSchema'>,
  deps: { clock: Clock; log: Log; signal?: AbortSignal | undefined },
): Promise<void> {
  const indexes = [...mirrorIndexes(), customersByUserIndex];
  await finishColumns({ database, ...deps }, { schema: mirrorSchema, indexes });
}

/** Which migrations were applied and which are pending, and which rights are missing. Changes nothing. */
export function migrationState(
  database: Database,
  { mirrorSchema }: Pick<Config, 'mirrorSchema'>,
): Promise<MigrationState> {
  return readMigrationState(database, schemaOf(mirrorSchema));
}

/** The names of Lockstep's own tables, which are in the schema `lockstep`. */
export function ownTables(mirrorSchema: string): string[] {
  return ownNames(schemaOf(mirrorSchema)).flatMap(({ schema, name }) => (schema === 'lockstep' ? [name] : []));
}

function schemaOf(mirrorSchema: string): Schema {
  const tables = objects.flatMap(({ table }) => table ?? []);
  const script = [mirrorTables(mirrorSchema), userViews(mirrorSchema), acceptFunctions(mirrorSchema)].join('\n');
  return { migrations: readMigrations(), mirror: { apiVersion: API_VERSION, script, schema: mirrorSchema, tables } };
}
