import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { LockstepError } from '../kernel/error.js';
import type { Database, Queryable } from './database.js';
import { json } from './json.js';
import { sql } from './sql.js';

export interface Migration {
  version: number;
  name: string;
  text: string;
}

export interface Schema {
  migrations: readonly Migration[];
  /** The mirror's tables, made from the catalog: one script that only ever adds, and the API version it renders. */
  mirror: { apiVersion: string; script: string; schema: string; tables: readonly string[] };
}

export interface Migrated {
  applied: readonly string[];
  mirrorMade: boolean;
}

const folder = new URL('../../migrations/', import.meta.url);
// Any fixed number: whoever migrates this database takes this lock first.
const ADVISORY_LOCK = 4_242_001;

/** The numbered files of `migrations/`, in order. */
export function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => ({
      version: Number(file.slice(0, 4)),
      name: file.slice(0, -'.sql'.length),
      text: readFileSync(new URL(file, folder), 'utf8'),
    }));
}

/** The tables of the app that the embedded default brings along, since nobody else would. */
export function embeddedUsers(): string {
  return readFileSync(new URL('embedded-users.sql', folder), 'utf8');
}

/**
 * Brings the database to this code's schema, in one transaction behind one lock: any number may run it at once.
 * @throws schema_newer the database was migrated by a later version of Lockstep
 * @throws schema_taken the mirror's schema has tables of our names that are not ours; nothing of them is changed
 * @throws schema_changed a migration that was applied is not the one in this code
 * @throws database_too_old PostgreSQL before 14
 */
export async function migrate(database: Database, schema: Schema): Promise<Migrated> {
  await refuseOld(database);
  return database.transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
    await tx.script(bookkeeping);
    const applied = await applyMigrations(tx, schema.migrations);
    const mirrorMade = await applyMirror(tx, schema.mirror);
    return { applied, mirrorMade };
  });
}

const bookkeeping = `
  create schema if not exists lockstep;
  create table if not exists lockstep.migrations (
    version integer primary key, name text not null, digest text not null, applied_at timestamptz not null default now());
  create table if not exists lockstep.mirror (
    api_version text not null, digest text not null, made_at timestamptz not null default now());`;

async function refuseOld(database: Database): Promise<void> {
  const [row] = await database.query<{ version: string }>(sql`select current_setting('server_version_num') as version`);
  const version = Number(row?.version ?? 0);
  if (version >= 140_000) return;
  throw new LockstepError('database_too_old', `PostgreSQL ${Math.floor(version / 10_000)} is too old`, {
    hint: 'use PostgreSQL 14 or later',
  });
}

async function applyMigrations(tx: Queryable, migrations: readonly Migration[]): Promise<string[]> {
  const rows = await tx.query<{ version: number; name: string; digest: string }>(
    sql`select version, name, digest from lockstep.migrations order by version`,
  );
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of rows) {
    const migration = known.get(row.version);
    if (migration === undefined) throw newer(row.name);
    if (digest(migration.text) !== row.digest) throw changed(row.name);
  }
  const pending = migrations.filter(({ version }) => !rows.some((row) => row.version === version));
  for (const { version, name, text } of pending) {
    await tx.script(text);
    await tx.query(
      sql`insert into lockstep.migrations (version, name, digest) values (${version}, ${name}, ${digest(text)})`,
    );
  }
  return pending.map(({ name }) => name);
}

async function applyMirror(tx: Queryable, mirror: Schema['mirror']): Promise<boolean> {
  const [row] = await tx.query<{ api_version: string; digest: string }>(
    sql`select api_version, digest from lockstep.mirror order by made_at desc, api_version desc limit 1`,
  );
  // API versions begin with their date, so the text compares as time does.
  if (row !== undefined && row.api_version > mirror.apiVersion)
    throw newer(`the mirror in API version ${row.api_version}`);
  if (row?.digest === digest(mirror.script)) return false;
  await refuseTaken(tx, mirror);
  await tx.script(mirror.script);
  await tx.query(
    sql`insert into lockstep.mirror (api_version, digest) values (${mirror.apiVersion}, ${digest(mirror.script)})`,
  );
  return true;
}

/** Other engines have a schema `stripe` too: their `customers` would be taken for ours, and columns be added to it. */
async function refuseTaken(tx: Queryable, { schema, tables }: Schema['mirror']): Promise<void> {
  const [foreign] = await tx.query<{ table: string }>(sql`
    select t.table_name as table from information_schema.tables t
    where t.table_schema = ${schema} and t.table_name = any(array(select jsonb_array_elements_text(${json(tables)}::jsonb))) and not exists (
      select from information_schema.columns c
      where c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'proven_at')
    order by t.table_name limit 1`);
  if (foreign === undefined) return;
  throw new LockstepError(
    'schema_taken',
    `the schema ${schema} has a table ${foreign.table} that Lockstep did not make`,
    {
      hint: 'name another schema with the option mirrorSchema: both can stand side by side',
      facts: { schema, table: foreign.table },
    },
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function newer(what: string): LockstepError {
  return new LockstepError('schema_newer', `the database is newer than this lockstep: it has ${what}`, {
    hint: 'run the version of lockstep that migrated it, or a later one',
  });
}

function changed(name: string): LockstepError {
  return new LockstepError(
    'schema_changed',
    `the migration ${name} of this database differs from the one in this lockstep`,
    {
      hint: 'restore the released file: a migration is never edited once released',
    },
  );
}
