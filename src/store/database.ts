/**
 * The database. In reading order:
 *
 * - `database` is the port. `postgres/` and `pglite/` are its two implementations, on the same SQL.
 * - `sql` and `json` make statements; `work` and `session-settings` say how long one may take and what it finds set.
 * - `sqlstate`, `failure` and `statement-failure` say what an error means; `health`, whether events can be stored now.
 * - `migrate` makes the tables. `expected-schema`, `live-schema` and `schema-difference` compare them with what this
 *   version expects; `repair-schema` repairs them; `rights` says which grants are missing.
 */
import type { Sql } from './sql.js';
import type { Work } from './work.js';

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
  /**
   * In a transaction: how long our side waits for each of its further statements, in milliseconds; undefined: as long as its
   * kind of work may take. For servers whose own `statement_timeout` is different.
   */
  patience?(statementMs: number | undefined): void;
}

/** The one door to a database. Two implementations on one SQL: PostgreSQL and the embedded PGlite. */
export interface Database extends Queryable {
  readonly capabilities: Capabilities;
  /**
   * Runs `work` in one transaction (read committed): committed when it resolves, rolled back when it throws. A lost
   * connection, one that does not answer in time, or a server that takes no writes throws `database_unreachable`, and nothing of
   * it is known to have been committed.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** The same database with the time limits of another kind of work. Default: `request`. */
  within(work: Work): Database;
  /** Stops; what still runs is ended within seconds. A second call does nothing. */
  close(): Promise<void>;
}

/** A value of PostgreSQL's `bigint` as it arrives: text. */
export function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
