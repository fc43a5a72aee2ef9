import { LockstepError } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { nearest } from '../../kernel/nearest.js';
import type { Database, Queryable } from '../../store/database.js';
import { name, sql } from '../../store/sql.js';
import { onAppTables } from './app-tables.js';
import { createUsers, quoted, tableName, type UsersConfig, type UsersOptions } from './users.js';
import type * as v from 'valibot';

type Options = v.InferOutput<typeof UsersOptions>;

interface Column {
  name: string;
  /** PostgreSQL's category of the type. S is any kind of text. */
  category: string;
  type: string;
  required: boolean;
  readable: boolean;
  writable: boolean;
  /** False for a generated column, and for one of a view that cannot be updated. */
  updatable: boolean;
}

/** The first configured table or column that does not exist, with the closest name that does. Undefined if all exist. */
export async function missingPart(
  database: Queryable,
  options: Options,
): Promise<{ what: string; near: string | undefined } | undefined> {
  for (const [table, columns] of partsOf(options)) {
    const found = (await columnsOf(database, table)).map((column) => column.name);
    if (found.length === 0) return { what: `table ${table}`, near: undefined };
    const missing = columns.find((column) => !found.includes(column));
    if (missing !== undefined) return { what: `${table}.${missing}`, near: nearest(missing, found) };
  }
  return undefined;
}

/**
 * Returns the option `users` with its name expression filled in. Before that, it has PostgreSQL plan every statement
 * that will run on the app's tables. So a wrong expression, type, or privilege is reported at the start, and not when
 * the first user pays.
 * @throws option_invalid, database_forbidden
 */
export async function fitUsers(database: Database, options: Options, log: Log): Promise<UsersConfig> {
  const users = await columnsOf(database, options.table);
  const profile = await columnsOf(database, options.profile.table);
  const config = { ...options, name: options.name ?? nameOf(users) };
  checkColumns(config, users, profile);
  await onAppTables(createUsers(database, config).all(0));
  await onAppTables(explain(database, config));
  const required = requiredOf(config, profile);
  if (required.length > 0) log.warn({ event: 'users.profile_required', columns: required });
  for (const { table } of [config, config.profile]) {
    if (await hasRowSecurity(database, table)) log.warn({ event: 'users.row_security', table });
  }
  return config;
}

/** The columns that a profile row needs and Lockstep does not fill. If there are any, the app must create the row. */
export async function requiredColumns(database: Queryable, config: UsersConfig): Promise<string[]> {
  return requiredOf(config, await columnsOf(database, config.profile.table));
}

function requiredOf({ profile, table }: UsersConfig, columns: readonly Column[]): string[] {
  if (profile.table === table) return []; // the profile is the user's own row, which exists
  const ours = new Set([profile.userId, profile.customerId, profile.subscriptionId]);
  return columns.filter((column) => column.required && !ours.has(column.name)).map((column) => column.name);
}

function partsOf({ table, id, username, email, profile }: Options): [string, string[]][] {
  const notNull = (columns: (string | null)[]): string[] => columns.filter((column) => column !== null);
  return [
    [table, notNull([id, username, email])],
    [profile.table, notNull([profile.userId, profile.customerId, profile.subscriptionId])],
  ];
}

function nameOf(columns: readonly Column[]): string {
  const has = (column: string): boolean => columns.some(({ name }) => name === column);
  if (has('first_name') && has('last_name'))
    return "trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, ''))";
  const fullName = ['name', 'full_name'].find(has);
  return fullName === undefined ? "''" : `coalesce(u.${fullName}, '')`;
}

function checkColumns(config: UsersConfig, users: readonly Column[], profile: readonly Column[]): void {
  const find = (columns: readonly Column[], name: string | null): Column | undefined =>
    columns.find((column) => column.name === name);
  for (const column of [config.id, config.username, config.email]) {
    if (find(users, column)?.readable === false) throw forbidden(config.table, column, 'select');
  }
  const { table, userId, customerId, subscriptionId } = config.profile;
  if (find(profile, userId)?.readable === false) throw forbidden(table, userId, 'select');
  for (const column of [customerId, subscriptionId]
    .map((name) => find(profile, name))
    .filter((column) => column !== undefined)) {
    if (!column.readable) throw forbidden(table, column.name, 'select');
    if (!column.updatable)
      throw unfit(`${table}.${column.name} is generated or belongs to a view, so it cannot be written`);
    if (!column.writable) throw forbidden(table, column.name, 'update');
    if (column.category !== 'S') throw unfit(`${table}.${column.name} is ${column.type}, but Stripe IDs are text`);
  }
}

/** Has PostgreSQL plan the statements that compare usernames and write profiles. None of them runs. */
async function explain(database: Queryable, config: UsersConfig): Promise<void> {
  const { table, userId, customerId, subscriptionId } = config.profile;
  const users = tableName(config.table);
  await database.query(sql`
    explain select 1 from ${users} u where lower(u.${name(config.username)}) = lower(${''}) and u.${name(config.username)} = ${''}`);
  const columns = [customerId, subscriptionId].filter((column) => column !== null);
  for (const column of columns) {
    await database.query(sql`
      explain update ${tableName(table)} p set ${name(column)} = ${'x'} where nullif(p.${name(column)}, '') is null and p.${name(userId)} is null`);
  }
}

async function columnsOf(database: Queryable, table: string): Promise<Column[]> {
  return database.query<Column>(sql`
    select a.attname as name, t.typcategory as category, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = '' as required,
      has_column_privilege(a.attrelid, a.attnum, 'select') as readable,
      has_column_privilege(a.attrelid, a.attnum, 'update') as writable,
      a.attgenerated = '' and pg_column_is_updatable(a.attrelid::regclass, a.attnum, true) as updatable
    from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = to_regclass(${quoted(table)}) and a.attnum > 0 and not a.attisdropped order by a.attnum`);
}

async function hasRowSecurity(database: Queryable, table: string): Promise<boolean> {
  const [row] = await database.query<{ active: boolean }>(
    sql`select row_security_active(to_regclass(${quoted(table)})) as active`,
  );
  return row?.active === true;
}

function unfit(what: string): LockstepError {
  return new LockstepError('option_invalid', `The option users does not match the app’s tables: ${what}`, {
    hint: 'correct the option users, or set it to null',
  });
}

function forbidden(table: string, column: string | null, right: 'select' | 'update'): LockstepError {
  return new LockstepError('database_forbidden', `The database role may not ${right} ${table}.${column}`, {
    hint: `grant ${right} on ${quoted(table)} to the role of databaseUrl`,
  });
}
