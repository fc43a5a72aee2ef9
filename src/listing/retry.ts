import type { Clock } from '../kernel/clock.js';
import { stripeFailureOf, unlistableOf, worthRetrying } from '../stripe/failure.js';

/** Asks Stripe again if it fails for a moment. One for each run: while nothing at all is answered, it does not wait. */
export interface Retry {
  <T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** After so many requests in a row that failed in every try, Stripe is away, and each next request is tried once. */
const GIVEN_UP_MAX = 3;

export function createRetry(clock: Pick<Clock, 'sleep'>): Retry {
  let givenUp = 0;
  return async (ask, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await ask();
        givenUp = 0;
        return answer;
      } catch (error) {
        if (signal.aborted || !mayPass(error)) throw error;
        if (attempt >= TRIES || givenUp >= GIVEN_UP_MAX) {
          givenUp += 1;
          throw error;
        }
        await clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), signal);
      }
    }
  };
}

/** Asks until Stripe answers; without a `retry`, once. */
export function askRetrying<T>(
  { retry, signal }: { retry?: Retry | undefined; signal: AbortSignal },
  ask: () => Promise<T>,
): Promise<T> {
  return retry === undefined ? ask() : retry(ask, signal);
}

/** Whether it may help to ask again: not if this Stripe has no such request (501). */
export function mayPass(error: unknown): boolean {
  return unlistableOf(error) === undefined && worthRetrying(stripeFailureOf(error));
}
