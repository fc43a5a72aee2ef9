import { createHash } from 'node:crypto';
import { LockstepError } from '../kernel/error.js';
import type { Queryable } from './database.js';
import type { LiveSchema } from './live-schema.js';
import { sql } from './sql.js';

export interface Migration {
  version: number;
  name: string;
  text: string;
  /**
   * The oldest version of the schema whose code may run on a database with this migration. Its file says so in a line
   * `-- runs with 0019`. null: only code that has the migration may.
   */
  runsWith: number | null;
}

export interface Schema {
  migrations: readonly Migration[];
  /** The mirror's tables, made from the catalog: one script that only ever adds, and the API version it renders. */
  mirror: { apiVersion: string; script: string; schema: string; tables: readonly string[] };
  /** What all of it has to look like afterwards: what is missing or was changed is made again. Default: it is not looked at. */
  expected?: LiveSchema | undefined;
}

/** The tables that say what was applied. */
export const bookkept: ReadonlySet<string> = new Set(['migrations', 'mirror']);

export const bookkeeping = `
  create table if not exists lockstep.migrations (
    version integer primary key, name text not null, digest text not null, applied_at timestamptz not null default now(),
    runs_with integer);
  alter table lockstep.migrations add column if not exists runs_with integer;
  create table if not exists lockstep.mirror (
    api_version text not null, digest text not null, made_at timestamptz not null default now());`;

interface Applied {
  version: number;
  name: string;
  digest: string;
  runsWith: number | null;
}

/** As JSON, because the column `runs_with` is younger than the table. */
export function readApplied(database: Queryable): Promise<(Applied & { appliedAt: Date })[]> {
  return database.query(sql`
    select version, name, digest, applied_at as "appliedAt", (to_jsonb(m) ->> 'runs_with')::int as "runsWith"
    from lockstep.migrations m order by version`);
}

/** @throws schema_newer, schema_changed */
export function pendingOf(applied: readonly Applied[], migrations: readonly Migration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const last = Math.max(0, ...known.keys());
  for (const row of applied) {
    const migration = known.get(row.version);
    if (migration === undefined && (row.runsWith === null || row.runsWith > last)) throw newer(row.name);
    if (migration !== undefined && digest(migration.text) !== row.digest) throw changed(row.name);
  }
  return migrations.filter(({ version }) => !applied.some((row) => row.version === version));
}

export async function record(tx: Queryable, { version, name, text, runsWith: oldest }: Migration): Promise<void> {
  await tx.query(sql`
    insert into lockstep.migrations (version, name, digest, runs_with)
    values (${version}, ${name}, ${digest(text)}, ${oldest})`);
}

export const recordOf = ({ version, name, text, runsWith: oldest }: Migration): string =>
  `insert into lockstep.migrations (version, name, digest, runs_with) values (${version}, '${name}', '${digest(text)}', ${String(oldest)});`;

export const mirrorRecordOf = ({ apiVersion, script }: Schema['mirror']): string =>
  `insert into lockstep.mirror (api_version, digest) values ('${apiVersion}', '${digest(script)}');`;

export interface Standing {
  api_version: string;
  /** The digests of the scripts that made the mirror's tables, the latest first. */
  digests: readonly string[];
}

export function readMirror(database: Queryable): Promise<Standing[]> {
  return database.query<Standing>(sql`
    select (array_agg(api_version order by made_at desc, api_version desc))[1] as api_version,
      jsonb_agg(digest order by made_at desc, api_version desc) as digests
    from lockstep.mirror having count(*) > 0`);
}

/**
 * Whether this code has nothing to make. A script that is not the latest one was followed by a later version's, whose
 * tables have everything that this code needs.
 * @throws schema_newer
 */
export function isCurrent(standing: Standing | undefined, mirror: Schema['mirror']): boolean {
  // API versions begin with their date, so the text compares as time does.
  if (standing !== undefined && standing.api_version > mirror.apiVersion)
    throw newer(`the mirror in API version ${standing.api_version}`);
  return standing?.digests.includes(digest(mirror.script)) === true;
}

/** Whether a later version has migrated the database, or this one. @throws schema_newer, schema_changed */
export async function readState(
  database: Queryable,
  { migrations, mirror }: Schema,
): Promise<'newer' | 'own' | 'older'> {
  const applied = await readApplied(database);
  const pending = pendingOf(applied, migrations);
  const [standing] = await readMirror(database);
  if (pending.length > 0 || !isCurrent(standing, mirror)) return 'older';
  const isLatest = standing?.digests[0] === digest(mirror.script) && applied.length === migrations.length;
  return isLatest ? 'own' : 'newer';
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function newer(what: string): LockstepError {
  return new LockstepError('schema_newer', `The database is newer than this version of lockstep: it has ${what}`, {
    hint: 'run the version of lockstep that migrated it, or a later one',
  });
}

function changed(name: string): LockstepError {
  return new LockstepError(
    'schema_changed',
    `The migration ${name} of this database differs from the one in this version of lockstep`,
    {
      hint: 'restore the released file; a released migration is never edited',
    },
  );
}
