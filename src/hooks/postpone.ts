import { LockstepError, messageOf } from '../kernel/error.js';
import type { FailedRun } from './deliveries.js';

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
const DEAD_MS = 60 * 60_000;
/** The tries before a delivery is a dead letter. Together they take about 25 minutes. */
const TRIES = 12;
const REASON_MAX = 500;

/**
 * Decides when a delivery is tried again after its run failed. The pauses get longer. After the last try, it is a dead
 * letter.
 */
export function postpone(error: unknown, attempts: number, now: Date): FailedRun {
  const dead = attempts + 1 >= TRIES;
  const afterMs = dead ? DEAD_MS : Math.min(FIRST_MS * 2 ** attempts, LONGEST_MS);
  return { now, due: new Date(now.getTime() + afterMs), reason: reasonOf(error), dead };
}

/** The reason, for the database. It is never logged, because an app may put anything into its errors. */
export function reasonOf(error: unknown): string {
  return messageOf(error).slice(0, REASON_MAX);
}

/** The reason, in a form that can be logged. */
export function kindOf(error: unknown): string {
  if (error instanceof LockstepError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}
