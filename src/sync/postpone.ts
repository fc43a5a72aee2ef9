import { messageOf } from '../kernel/error.js';
import type { Claim, Marks } from '../inbox/marks.js';
import type { StripeFailure } from '../stripe/failure.js';

/** What becomes of an object whose read or write failed. */
export interface Postponement {
  afterMs: number;
  /** A dead letter: waits for a request, another hint, or its long interval. */
  dead: boolean;
}

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;
const DEAD_MS = 60 * 60_000;
const TRIES = 8;
const REASON_MAX = 500;

/**
 * When to try again. What passes by itself (throttled, unavailable) is tried forever, more and more slowly. What does
 * not (no permission, refused, cannot be written, a defect of ours) becomes a dead letter, at once or after some
 * tries.
 */
export function postpone(failure: StripeFailure | 'unwritable', attempts: number): Postponement {
  const afterMs = Math.min(FIRST_MS * 2 ** attempts, LONGEST_MS);
  switch (failure) {
    case 'throttled':
    case 'unavailable':
    case 'conflict':
    case 'unauthenticated':
      return { afterMs, dead: false };
    case 'forbidden':
      return { afterMs: DEAD_MS, dead: true };
    case 'refused':
    case 'unwritable':
    case 'missing':
    case 'internal':
      return attempts + 1 >= TRIES ? { afterMs: DEAD_MS, dead: true } : { afterMs, dead: false };
    default:
      return failure satisfies never;
  }
}

export interface Failed {
  failure: StripeFailure | 'unwritable';
  error: unknown;
}

/** Gives the claim back with its reason. If a hint came in between, the object is not dead but tried again soon. */
export async function giveBack(
  marks: Marks,
  claim: Claim,
  { failure, error }: Failed,
  now: Date,
): Promise<Postponement> {
  const { afterMs, dead } = postpone(failure, claim.attempts);
  const due = new Date(now.getTime() + afterMs);
  const soon = new Date(now.getTime() + FIRST_MS);
  const reason = `${failure}: ${messageOf(error)}`.slice(0, REASON_MAX);
  await marks.giveBack(claim, { now, due, soon, reason, dead });
  return { afterMs, dead };
}
