/**
 * The database. In reading order:
 *
 * - `database` is the interface. `postgres/` and `pglite/` are its two implementations. Both run the same SQL.
 * - `sql` and `json` build statements. `work` and `session-settings` have the time limits and settings of a statement.
 * - `sqlstate`, `failure`, and `statement-failure` say what an error means. `health` says whether events can be stored.
 * - `migrate` creates the tables. `expected-schema`, `live-schema`, and `schema-difference` compare them with what this
 *   version expects. `repair-schema` repairs them. `rights` says which grants are missing.
 */
import type { Sql } from './sql.js';
import type { Work } from './work.js';

/** The differences between databases. Code checks these flags, and never which database it is. */
export interface Capabilities {
  /** Whether several workers and processes may share the database, over several connections. */
  readonly concurrent: boolean;
}

export interface Queryable {
  /**
   * Runs one statement and returns its rows. Values come back as: `timestamptz` Date, `bigint` number (bigint beyond
   * 2^53), `numeric` string, `jsonb` parsed. Pass JSON as a string and cast it (`${text}::jsonb`).
   */
  query<Row = Record<string, unknown>>(statement: Sql): Promise<Row[]>;
  /** Runs several statements without values, such as a migration. */
  script(text: string): Promise<void>;
  /**
   * In a transaction, sets how many milliseconds our side waits for each further statement. Undefined: as long as this
   * kind of work may take. Needed if the transaction changes the server's `statement_timeout`.
   */
  patience?(statementMs: number | undefined): void;
}

/** A database: PostgreSQL, or the embedded PGlite. */
export interface Database extends Queryable {
  readonly capabilities: Capabilities;
  /**
   * Runs `work` in one transaction (read committed). It is committed if `work` resolves, and rolled back if it throws.
   * If the connection is lost or does not answer in time, or if the server is read-only, it throws
   * `database_unreachable`. Then it is not known whether the transaction was committed.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /**
   * Runs one statement outside of a transaction, such as `create index concurrently`. Absent if the database has one
   * connection: then nobody is there to be held up.
   */
  outside?(statement: string): Promise<void>;
  /** The same database with the time limits of another kind of work. Default: `request`. */
  within(work: Work): Database;
  /** Closes all connections. Running work is ended within seconds. A second call does nothing. */
  close(): Promise<void>;
}

/** Parses a value of PostgreSQL's `bigint`, which arrives as text. */
export function parseBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
