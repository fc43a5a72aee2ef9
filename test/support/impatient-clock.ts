import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { ANSWER_MS } from '../../src/stripe/gateway.js';

/** A clock on which nobody rests longer than `napMs`. An answer of Stripe still has its whole time to arrive. */
export function impatientClock(napMs: number): Clock {
  return {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms === ANSWER_MS ? ms : Math.min(ms, napMs), signal),
  };
}
