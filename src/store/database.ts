import type { Sql } from './sql.js';

/** What differs between databases is a flag here, never a check of who it is. */
export interface Capabilities {
  /** Several connections at once: several workers and processes may share the database. */
  readonly concurrent: boolean;
}

export interface Queryable {
  /**
   * Runs one statement and returns its rows. Values come back as: `timestamptz` Date, `bigint` number (bigint beyond
   * 2^53), `numeric` string, `jsonb` parsed. Pass JSON as a string and cast it (`${text}::jsonb`).
   */
  query<Row = Record<string, unknown>>(statement: Sql): Promise<Row[]>;
  /** Runs several statements without values: migrations. */
  script(text: string): Promise<void>;
}

/** The one door to a database. Two implementations on one SQL: PostgreSQL and the embedded PGlite. */
export interface Database extends Queryable {
  readonly capabilities: Capabilities;
  /**
   * Runs `work` in one transaction (read committed): committed when it resolves, rolled back when it throws. A lost
   * connection throws `database_unreachable`, and nothing of it is known to have been committed.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Stops; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * How a session plans: every statement of ours looks up few rows by key. Plans are kept, often from when a table was small; one that
 * reads the whole table then goes on doing so while it grows, until the next `analyze`. What has no index is read whole anyway.
 */
export const lookUpByKey = 'set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off';

/** Undoes it to the end of the transaction, for statements of others. */
export const planFreely =
  'set local enable_seqscan to default; set local enable_hashjoin to default; set local enable_mergejoin to default';

/** A value of PostgreSQL's `bigint` as it arrives: text. */
export function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
