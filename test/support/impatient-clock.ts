import { systemClock, type Clock } from '../../src/kernel/clock.js';
import { limits } from '../../src/engine/config.js';

/** A clock on which nobody rests longer than `napMs`. An answer of Stripe still has its whole time to arrive. */
export function impatientClock(napMs: number): Clock {
  return {
    ...systemClock,
    sleep: (ms, signal) => systemClock.sleep(ms === limits.stripe.answerMs ? ms : Math.min(ms, napMs), signal),
  };
}
