/** What a statement is part of. It decides how long the statement may take. */
export type Work = 'accept' | 'request' | 'listing' | 'upkeep' | 'migration' | 'app';

export interface TimeLimits {
  /** How long the server may work on one statement. */
  statementMs: number;
  /** How long the server may wait for one lock. */
  lockMs: number;
  /** How long the server may wait for us within a transaction: a process that has frozen must not hold its locks. */
  idleMs: number;
  /** How long all of it may take, the wait for a connection included. Default: no limit but those above. */
  totalMs?: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Each limit holds on the server, and on our side some time later, for a connection that has gone silent. */
export const limits: Readonly<Record<Work, TimeLimits>> = {
  /** Storing events. Stripe waits, and repeats what is answered 503. */
  accept: { statementMs: 3.5 * SECOND, lockMs: 3 * SECOND, idleMs: 5 * SECOND, totalMs: 5 * SECOND },
  /** What a caller or a proof waits for: the default. A hook of the app runs between two statements. */
  request: { statementMs: 10 * SECOND, lockMs: 5 * SECOND, idleMs: MINUTE },
  /** Backfill, sweep and verify: pages of hundreds of objects. */
  listing: { statementMs: MINUTE, lockMs: 10 * SECOND, idleMs: MINUTE },
  /** Making and dropping partitions. It locks the inbox, so it must not wait long: every event waits behind it. */
  upkeep: { statementMs: 5 * MINUTE, lockMs: 2 * SECOND, idleMs: MINUTE },
  /** Any number of processes may migrate at once: each waits for the one before. */
  migration: { statementMs: 60 * MINUTE, lockMs: 10 * MINUTE, idleMs: 10 * MINUTE },
  /** The app's own statements. */
  app: { statementMs: MINUTE, lockMs: 10 * SECOND, idleMs: MINUTE },
};

/** How much later than the server we stop waiting: its own word, if it comes, says more than ours. */
export const GRACE_MS = 0.5 * SECOND;
/** How long a server may take for what needs no work at all. */
export const ROUND_TRIP_MS = 2 * SECOND;
