import { messageOf } from '../kernel/error.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { StripeFailure } from '../stripe/failure.js';
import type { Claim } from './claim.js';

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

/**
 * When to try again. What passes by itself (throttled, unavailable) is tried for ever, ever more slowly. What does not
 * (no permission, refused, cannot be written) becomes a dead letter, at once or after some tries.
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
      return attempts + 1 >= TRIES ? { afterMs: DEAD_MS, dead: true } : { afterMs, dead: false };
    default:
      return failure satisfies never;
  }
}

export interface Failed {
  failure: StripeFailure | 'unwritable';
  error: unknown;
}

/** Gives the claim back with its reason. Where a hint came meanwhile, the object is not dead but tried again soon. */
export async function giveBack(
  database: Queryable,
  claim: Claim,
  { failure, error }: Failed,
  now: Date,
): Promise<Postponement> {
  const { account, livemode, type, id, token, gen } = claim;
  const postponement = postpone(failure, claim.attempts);
  const due = new Date(now.getTime() + postponement.afterMs);
  const soon = new Date(now.getTime() + FIRST_MS);
  await database.query(sql`
    update lockstep.dirty
    set token = null, leased_until = null, attempts = attempts + 1,
        due_at = case when gen = ${gen} then ${due}::timestamptz else ${soon}::timestamptz end,
        reason = ${`${failure}: ${messageOf(error)}`.slice(0, 500)},
        dead_since = case when ${postponement.dead}::boolean and gen = ${gen} then coalesce(dead_since, ${now}::timestamptz) end
    where account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id} and token = ${token}`);
  return postponement;
}
