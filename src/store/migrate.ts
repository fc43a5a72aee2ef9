import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Database, Queryable } from './database.js';
import { json } from './json.js';
import { readLiveSchema } from './live-schema.js';
import { forbidden, missingToMigrate, missingToRun, readRights, type Rights } from './rights.js';
import { repairSchema, type FailedRepair } from './repair-schema.js';
import { differencesOf, type SchemaDifference } from './schema-difference.js';
import {
  bookkeeping,
  bookkept,
  digest,
  isCurrent,
  pendingOf,
  readApplied,
  readMirror,
  readState,
  record,
  type Migration,
  type Schema,
} from './schema-record.js';
import { inShortLocks } from './short-locks.js';
import { quoteName, sql } from './sql.js';

export interface Migrated {
  applied: readonly string[];
  mirrorMade: boolean;
  /** What was missing or changed, and is not any more. */
  repaired: readonly SchemaDifference[];
  /** What could not be made again, and why. */
  failed: readonly FailedRepair[];
}

const folder = new URL('../../migrations/', import.meta.url);
// Any fixed number: every migration of this database takes this lock first.
const ADVISORY_LOCK = 4_242_001;

/** The numbered files of `migrations/`, in order. */
export function readMigrations(): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.sql$/.test(file))
    .sort()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return { version: Number(file.slice(0, 4)), name: file.slice(0, -'.sql'.length), text, runsWith: runsWith(text) };
    });
}

function runsWith(text: string): number | null {
  const [, version] = /^-- runs with (\d{4})$/m.exec(text) ?? [];
  return version === undefined ? null : Number(version);
}

/** The tables of the app that the embedded default brings along, since nobody else would. */
export function embeddedUsers(): string {
  return readFileSync(new URL('embedded-users.sql', folder), 'utf8');
}

/**
 * Brings the database to this code's schema, in one transaction behind one lock: any number may run it at once. A database that
 * is complete is only looked at, so a role with rights on the rows alone may start on it. So is a database that a later
 * version has migrated, if that version says that this code may run on it.
 *
 * A table that is in use is waited for in short turns (src/store/short-locks.ts), so that nothing queues up behind it.
 * @throws database_forbidden the role lacks a right; nothing is changed, and the hint is the grant
 * @throws schema_newer the database was migrated by a later version of Lockstep
 * @throws schema_taken the mirror's schema has tables of our names that are not ours; nothing of them is changed
 * @throws schema_changed a migration that was applied is not the one in this code
 * @throws database_too_old PostgreSQL before 14
 * @throws database_encoding the database is not encoded in UTF-8
 */
export async function migrate(database: Database, schema: Schema, deps: { clock: Clock; log: Log }): Promise<Migrated> {
  await refuseUnfit(database);
  const rights = await readRights(database, ['lockstep', schema.mirror.schema], ownNames(schema));
  if (await isComplete(database, rights, schema)) return { applied: [], mirrorMade: false, repaired: [], failed: [] };
  refuseToMigrate(rights);
  const first = (tx: Queryable) => tx.query(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
  return inShortLocks({ database: database.within('migration'), ...deps }, first, async (tx) => {
    await ensureSchema(tx, 'lockstep');
    await tx.script(bookkeeping);
    if (schema.expected !== undefined) await adopt(tx, schema.migrations);
    const applied = await applyMigrations(tx, schema.migrations);
    const mirrorMade = await applyMirror(tx, schema.mirror);
    const { expected, mirror } = schema;
    // What a later version has changed is not what this one expects.
    const isNewer = (await readState(tx, schema)) === 'newer';
    const found =
      expected === undefined || isNewer
        ? { repaired: [], failed: [] }
        : await repairSchema(tx, expected, mirror.schema);
    return { applied, mirrorMade, ...found };
  });
}

// Not "if not exists", which needs the right to make schemas even where there is nothing to make.
async function ensureSchema(tx: Queryable, schema: string): Promise<void> {
  const [found] = await tx.query(sql`select from pg_namespace where nspname = ${schema}`);
  if (found === undefined) await tx.script(`create schema ${quoteName(schema)}`);
}

/** The tables, views and sequences of ours, by the scripts that make them. */
export function ownNames({ migrations, mirror }: Schema): { schema: string; name: string }[] {
  const scripts = [bookkeeping, ...migrations.map(({ text }) => text), mirror.script].join('\n');
  const made = /create (?:or replace )?(?:table|view|sequence)(?: if not exists)? lockstep\.(\w+)/g;
  return [
    ...[...scripts.matchAll(made)].map(([, name]) => ({ schema: 'lockstep', name: name as string })),
    ...mirror.tables.map((name) => ({ schema: mirror.schema, name })),
  ];
}

/** Whether nothing is left to do. A role that could not work with it is refused here, before anything else fails. */
async function isComplete(database: Database, rights: Rights, schema: Schema): Promise<boolean> {
  const records = rights.relations.filter(({ schema: in_, name }) => in_ === 'lockstep' && bookkept.has(name));
  if (records.length < bookkept.size || rights.schemas.some(({ exists }) => !exists)) return false;
  const mayLook = rights.schemas.every(({ mayUse }) => mayUse) && records.every(({ mayRead }) => mayRead);
  if (!mayLook) throw notAllowedToRun(rights);
  const state = await readState(database, schema);
  if (state === 'older') return false;
  if (missingToRun(rights).length > 0) throw notAllowedToRun(rights);
  const { expected, mirror } = schema;
  if (state === 'newer' || expected === undefined) return true;
  return differencesOf(expected, await readLiveSchema(database, mirror.schema)).length === 0;
}

/** Where only the record of the migrations was lost, it is written again: the comparison that follows finds what is missing. */
async function adopt(tx: Queryable, migrations: readonly Migration[]): Promise<void> {
  const [tables] = await tx.query(sql`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lockstep' and c.relname = 'inbox'`);
  if (tables === undefined || (await readApplied(tx)).length > 0) return;
  for (const migration of migrations) await record(tx, migration);
}

function notAllowedToRun(rights: Rights): LockstepError {
  return forbidden(`The role ${rights.role} may not read or write Lockstep's tables`, missingToRun(rights), rights);
}

/** @throws database_forbidden */
function refuseToMigrate(rights: Rights): void {
  const missing = missingToMigrate(rights);
  if (missing.length === 0) return;
  const owner = rights.schemas.find(({ name, exists }) => name === 'lockstep' && exists)?.owner;
  const other = owner === null || owner === undefined ? '' : `; or run lockstep migrate as ${owner}`;
  throw forbidden(`The database must be migrated, but the role ${rights.role} may not do that`, missing, rights, other);
}

/** @throws database_too_old, database_encoding */
export async function refuseUnfit(database: Database): Promise<void> {
  const [row] = await database.query<{ version: string; encoding: string; name: string }>(sql`
    select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
      current_database() as name`);
  const version = Number(row?.version ?? 0);
  if (version < 140_000)
    throw new LockstepError('database_too_old', `PostgreSQL ${Math.floor(version / 10_000)} is too old`, {
      hint: 'use PostgreSQL 14 or later',
    });
  if (row?.encoding === 'UTF8') return;
  throw new LockstepError(
    'database_encoding',
    `The database ${row?.name ?? ''} is encoded in ${row?.encoding ?? ''}, which cannot hold all of Stripe's text`,
    { hint: "create one with: create database … template template0 encoding 'UTF8'" },
  );
}

async function applyMigrations(tx: Queryable, migrations: readonly Migration[]): Promise<string[]> {
  const pending = pendingOf(await readApplied(tx), migrations);
  for (const migration of pending) {
    await tx.script(migration.text);
    await record(tx, migration);
  }
  return pending.map(({ name }) => name);
}

async function applyMirror(tx: Queryable, mirror: Schema['mirror']): Promise<boolean> {
  const [standing] = await readMirror(tx);
  if (isCurrent(standing, mirror)) return false;
  await refuseTaken(tx, mirror);
  await ensureSchema(tx, mirror.schema);
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
    `The schema ${schema} has a table ${foreign.table} that Lockstep did not create`,
    {
      hint: 'set the option mirrorSchema to another schema; both can exist side by side',
      facts: { schema, table: foreign.table },
    },
  );
}
