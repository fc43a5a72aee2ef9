import type { Database } from './database.js';
import { readUnfilled } from './computed-columns.js';
import { ownNames } from './migrate.js';
import { isCurrent, pendingOf, readApplied, readMirror, type Schema } from './schema-record.js';
import { missingToMigrate, missingToRun, readRights } from './rights.js';

export interface MigrationState {
  /** null: this role may not look. */
  applied: readonly { name: string; appliedAt: Date }[] | null;
  pending: readonly string[];
  /** Whether the mirror's tables are those of this version. */
  isMirrorCurrent: boolean;
  /** The API version that they were made for; null: there are none. */
  mirrorVersion: string | null;
  /** Columns that are still null in older rows, by table. */
  filling: readonly { table: string; columns: readonly string[] }[];
  role: string;
  /** The grants that this role lacks to work with the rows. */
  lacksToRun: readonly string[];
  /** The grants that it lacks to change the schema. */
  lacksToMigrate: readonly string[];
}

/**
 * What was applied and what `lockstep migrate` would apply. Changes nothing.
 * @throws schema_newer, schema_changed
 */
export async function readMigrationState(database: Database, schema: Schema): Promise<MigrationState> {
  const { migrations, mirror } = schema;
  const rights = await readRights(database, ['lockstep', mirror.schema], ownNames(schema));
  const records = rights.relations.filter(
    ({ schema: of, name, mayRead }) => of === 'lockstep' && mayRead && ['migrations', 'mirror'].includes(name),
  );
  const isThere = rights.relations.some(({ schema: of, name }) => of === 'lockstep' && name === 'migrations');
  const grants = { role: rights.role, lacksToRun: missingToRun(rights), lacksToMigrate: missingToMigrate(rights) };
  const isOpen = rights.schemas.every(({ name, mayUse }) => name !== 'lockstep' || mayUse);
  if (isThere && (!isOpen || records.length < 2))
    return { ...grants, applied: null, pending: [], isMirrorCurrent: true, mirrorVersion: null, filling: [] };
  const applied = isThere ? await readApplied(database) : [];
  const [standing] = isThere ? await readMirror(database) : [];
  return {
    applied: applied.map(({ name, appliedAt }) => ({ name, appliedAt })),
    pending: pendingOf(applied, migrations).map(({ name }) => name),
    isMirrorCurrent: isCurrent(standing, mirror),
    mirrorVersion: standing?.api_version ?? null,
    filling: (await readUnfilled(database)).map(({ table, columns }) => ({
      table,
      columns: columns.map(({ name }) => name),
    })),
    ...grants,
  };
}
