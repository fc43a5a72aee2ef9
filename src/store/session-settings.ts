import type { TimeLimits } from './work.js';

/**
 * How our statements are planned: each looks up few rows by key. Plans are kept, often from when a table was small; one that reads
 * the whole table then keeps doing so while it grows, until the next `analyze`. What has no index is read whole
 * anyway, and must not be compiled first because its cost looks high.
 */
const planning = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_nestloop: 'on',
  enable_indexscan: 'on',
  enable_bitmapscan: 'on',
  plan_cache_mode: 'auto',
  jit: 'off',
} as const;

/**
 * What our code takes for granted about a session, whatever the database, the role or another client of a pooler has set.
 * `default_transaction_read_only` is not among it: who sets that wants no writes, and is answered 503.
 */
const assumed = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  quote_all_identifiers: 'off',
  row_security: 'on',
  exit_on_error: 'off',
  gin_fuzzy_search_limit: '0',
} as const;

/** Of newer versions of PostgreSQL; set only where they are. */
export const newerSettings = { transaction_timeout: '0', restrict_nonsystem_relation_kind: '' } as const;
export type NewerSetting = keyof typeof newerSettings;

const set = (scope: string, [name, value]: readonly [string, string]): string => `set ${scope}${name} = '${value}'`;

/** All of it, with the time limits. `newer`: those of `newerSettings` that the server has. */
function allSettings(
  { statementMs, lockMs, idleMs }: TimeLimits,
  newer: readonly NewerSetting[],
): (readonly [string, string])[] {
  return Object.entries({
    ...assumed,
    ...planning,
    statement_timeout: String(statementMs),
    lock_timeout: String(lockMs),
    idle_in_transaction_session_timeout: String(idleMs),
    ...Object.fromEntries(newer.map((name) => [name, newerSettings[name]])),
  });
}

// An event is on disk before Stripe is answered. Stricter settings, such as remote_apply, stay.
const durable = (isLocal: boolean): string =>
  `select set_config('synchronous_commit', 'on', ${isLocal}) where current_setting('synchronous_commit') = 'off'`;

/**
 * Begins a transaction of our kind. All of it ends with the transaction: behind a pooler the next one on the same session may be
 * another app's.
 */
export function beginning(limits: TimeLimits, newer: readonly NewerSetting[]): string {
  return [
    'begin isolation level read committed',
    ...allSettings(limits, newer).map((setting) => set('local ', setting)),
    // The app's own tables are found by what its role or database is set to, not by what another client left behind.
    'set local search_path to default',
    durable(true),
  ].join('; ');
}

/**
 * Makes every further statement of the session a transaction of our kind, which then needs no beginning. Only for a session that
 * leads to one server process, and that nobody uses for anything else.
 */
export function settling(limits: TimeLimits, newer: readonly NewerSetting[]): string {
  return [
    `set default_transaction_isolation = 'read committed'`,
    ...allSettings(limits, newer).map((setting) => set('', setting)),
    durable(false),
  ].join('; ');
}

/** For a session that is ours alone for as long as it lasts: the embedded database's. */
export const settleSession = Object.entries({ ...assumed, ...planning })
  .map((setting) => set('', setting))
  .join('; ');

/** Lets the statements of others be planned as they are used to, to the end of the transaction. */
export const planFreely = Object.keys(planning)
  .map((name) => `set local ${name} to default`)
  .join('; ');
