import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { LockstepError } from '../kernel/error.js';
import type { Database, Queryable } from './database.js';
import { json } from './json.js';
import { readLiveSchema, type LiveSchema } from './live-schema.js';
import { forbidden, missingToMigrate, missingToRun, readRights, type Rights } from './rights.js';
import { repairSchema, type FailedRepair } from './repair-schema.js';
import { differencesOf, type SchemaDifference } from './schema-difference.js';
import { quoteName, sql } from './sql.js';

export interface Migration {
  version: number;
  name: string;
  text: string;
}

export interface Schema {
  migrations: readonly Migration[];
  /** The mirror's tables, made from the catalog: one script that only ever adds, and the API version it renders. */
  mirror: { apiVersion: string; script: string; schema: string; tables: readonly string[] };
  /** What all of it has to look like afterwards: what is missing or was changed is made again. Default: it is not looked at. */
  expected?: LiveSchema | undefined;
}

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
 * Brings the database to this code's schema, in one transaction behind one lock: any number may run it at once. A database that
 * is complete is only looked at, so a role with rights on the rows alone may start on it.
 * @throws database_forbidden the role lacks a right; nothing is changed, and the hint is the grant
 * @throws schema_newer the database was migrated by a later version of Lockstep
 * @throws schema_taken the mirror's schema has tables of our names that are not ours; nothing of them is changed
 * @throws schema_changed a migration that was applied is not the one in this code
 * @throws database_too_old PostgreSQL before 14
 * @throws database_encoding the database is not encoded in UTF-8
 */
export async function migrate(database: Database, schema: Schema): Promise<Migrated> {
  await refuseUnfit(database);
  const rights = await readRights(database, ['lockstep', schema.mirror.schema], ownNames(schema));
  if (await isComplete(database, rights, schema)) return { applied: [], mirrorMade: false, repaired: [], failed: [] };
  refuseToMigrate(rights);
  return database.within('migration').transaction(async (tx) => {
    await tx.query(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
    await ensureSchema(tx, 'lockstep');
    await tx.script(bookkeeping);
    if (schema.expected !== undefined) await adopt(tx, schema.migrations);
    const applied = await applyMigrations(tx, schema.migrations);
    const mirrorMade = await applyMirror(tx, schema.mirror);
    const { expected, mirror } = schema;
    const found =
      expected === undefined ? { repaired: [], failed: [] } : await repairSchema(tx, expected, mirror.schema);
    return { applied, mirrorMade, ...found };
  });
}

// Not "if not exists", which needs the right to make schemas even where there is nothing to make.
async function ensureSchema(tx: Queryable, schema: string): Promise<void> {
  const [found] = await tx.query(sql`select from pg_namespace where nspname = ${schema}`);
  if (found === undefined) await tx.script(`create schema ${quoteName(schema)}`);
}

const bookkeeping = `
  create table if not exists lockstep.migrations (
    version integer primary key, name text not null, digest text not null, applied_at timestamptz not null default now());
  create table if not exists lockstep.mirror (
    api_version text not null, digest text not null, made_at timestamptz not null default now());`;

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
  const applied = await readApplied(database);
  const pending = pendingOf(applied, schema.migrations);
  const [standing] = await readMirror(database);
  if (pending.length > 0 || !isCurrent(standing, schema.mirror)) return false;
  if (missingToRun(rights).length > 0) throw notAllowedToRun(rights);
  const { expected, mirror } = schema;
  return expected === undefined || differencesOf(expected, await readLiveSchema(database, mirror.schema)).length === 0;
}

/** Where only the record of the migrations was lost, it is written again: the comparison that follows finds what is missing. */
async function adopt(tx: Queryable, migrations: readonly Migration[]): Promise<void> {
  const [tables] = await tx.query(sql`
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lockstep' and c.relname = 'inbox'`);
  if (tables === undefined || (await readApplied(tx)).length > 0) return;
  for (const { version, name, text } of migrations)
    await tx.query(
      sql`insert into lockstep.migrations (version, name, digest) values (${version}, ${name}, ${digest(text)})`,
    );
}

/** The SQL that `migrate` would run, as a script to run by hand; empty if there is nothing to do. */
export async function migrationScript(database: Database, schema: Schema): Promise<string> {
  await refuseUnfit(database);
  const rights = await readRights(database, ['lockstep', schema.mirror.schema], ownNames(schema));
  const hasRecord = rights.relations.filter(({ schema: of, name }) => of === 'lockstep' && bookkept.has(name)).length;
  const isThere = hasRecord === bookkept.size;
  const pending = isThere ? pendingOf(await readApplied(database), schema.migrations) : schema.migrations;
  const { mirror, expected } = schema;
  const isMirrorCurrent = isThere && isCurrent((await readMirror(database))[0], mirror);
  const absent = rights.schemas.filter(({ exists }) => !exists);
  const isUpToDate = pending.length === 0 && isMirrorCurrent;
  const statements = [
    ...absent.map(({ name }) => `create schema ${quoteName(name)};`),
    ...(isThere ? [] : [`${bookkeeping.trim()}\n`]),
    ...pending.flatMap((migration) => [migration.text, recordOf(migration)]),
    ...(isMirrorCurrent ? [] : [mirror.script, mirrorRecordOf(mirror)]),
    ...(isUpToDate && expected !== undefined
      ? differencesOf(expected, await readLiveSchema(database, mirror.schema)).flatMap(({ object, problem, sql }) => [
          `-- ${problem}: ${object}`,
          ...sql.map((text) => `${text.trim().replace(/;$/, '')};`),
        ])
      : []),
  ];
  return statements.length === 0 ? '' : ['begin;', ...statements, 'commit;'].join('\n');
}

const recordOf = ({ version, name, text }: Migration): string =>
  `insert into lockstep.migrations (version, name, digest) values (${version}, '${name}', '${digest(text)}');`;

const mirrorRecordOf = ({ apiVersion, script }: Schema['mirror']): string =>
  `insert into lockstep.mirror (api_version, digest) values ('${apiVersion}', '${digest(script)}');`;

const bookkept: ReadonlySet<string> = new Set(['migrations', 'mirror']);

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

async function refuseUnfit(database: Database): Promise<void> {
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

interface Applied {
  version: number;
  name: string;
  digest: string;
}

function readApplied(database: Queryable): Promise<Applied[]> {
  return database.query<Applied>(sql`select version, name, digest from lockstep.migrations order by version`);
}

/** @throws schema_newer, schema_changed */
export function pendingOf(applied: readonly Applied[], migrations: readonly Migration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const row of applied) {
    const migration = known.get(row.version);
    if (migration === undefined) throw newer(row.name);
    if (digest(migration.text) !== row.digest) throw changed(row.name);
  }
  return migrations.filter(({ version }) => !applied.some((row) => row.version === version));
}

async function applyMigrations(tx: Queryable, migrations: readonly Migration[]): Promise<string[]> {
  const pending = pendingOf(await readApplied(tx), migrations);
  for (const { version, name, text } of pending) {
    await tx.script(text);
    await tx.query(
      sql`insert into lockstep.migrations (version, name, digest) values (${version}, ${name}, ${digest(text)})`,
    );
  }
  return pending.map(({ name }) => name);
}

interface Standing {
  api_version: string;
  digest: string;
}

export function readMirror(database: Queryable): Promise<Standing[]> {
  return database.query<Standing>(
    sql`select api_version, digest from lockstep.mirror order by made_at desc, api_version desc limit 1`,
  );
}

/** @throws schema_newer */
export function isCurrent(standing: Standing | undefined, mirror: Schema['mirror']): boolean {
  // API versions begin with their date, so the text compares as time does.
  if (standing !== undefined && standing.api_version > mirror.apiVersion)
    throw newer(`the mirror in API version ${standing.api_version}`);
  return standing?.digest === digest(mirror.script);
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

function digest(text: string): string {
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
