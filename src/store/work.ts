/** What a statement is part of. It decides how long the statement may take. */
export type Work = 'accept' | 'request' | 'listing' | 'upkeep' | 'migration' | 'app';

export interface TimeLimits {
  /** How long the server may work on one statement. */
  statementMs: number;
  /** How long the server may wait for one lock. */
  lockMs: number;
  /** How long a transaction may sit idle. Then the server ends the session, so a frozen process releases its locks. */
  idleMs: number;
  /** How long the whole piece of work may take, including the wait for a connection. Default: unlimited. */
  totalMs?: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * PostgreSQL enforces `statementMs`, `lockMs` and `idleMs`. The client enforces `totalMs`, and it gives up `GRACE_MS`
 * after `statementMs` in case the connection has gone silent. PGlite has no time limits.
 */
export const limits: Readonly<Record<Work, TimeLimits>> = {
  /** Storing events. Stripe is waiting for the answer, and resends every event that is answered with 503. */
  accept: { statementMs: 3.5 * SECOND, lockMs: 3 * SECOND, idleMs: 5 * SECOND, totalMs: 5 * SECOND },
  /** The default: what a caller or a proof waits for. `idleMs` is long, since an app's hook may run between statements. */
  request: { statementMs: 10 * SECOND, lockMs: 5 * SECOND, idleMs: MINUTE },
  /** Backfill, sweep and verify: pages of hundreds of objects. */
  listing: { statementMs: MINUTE, lockMs: 10 * SECOND, idleMs: MINUTE },
  /** Creating and dropping partitions. Events cannot be stored while it waits for its lock, so `lockMs` is short. */
  upkeep: { statementMs: 5 * MINUTE, lockMs: 2 * SECOND, idleMs: MINUTE },
  /** Any number of processes may migrate at once: each waits for the one before. */
  migration: { statementMs: 60 * MINUTE, lockMs: 10 * MINUTE, idleMs: 10 * MINUTE },
  /** The app's own statements. */
  app: { statementMs: MINUTE, lockMs: 10 * SECOND, idleMs: MINUTE },
};

/** How much longer than `statementMs` the client waits. The server's own error, if it comes, says more than ours. */
export const GRACE_MS = 0.5 * SECOND;
/** How long the client waits for a statement that costs the server no work, such as `rollback`. */
export const ROUND_TRIP_MS = 2 * SECOND;
