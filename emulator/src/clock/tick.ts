import type { Clock } from '../../../src/kernel/clock.js';

const TICK_MS = 1_000;

/** Lets everything happen that becomes due while time passes. */
export async function tick(clock: Clock, signal: AbortSignal, live: () => void): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TICK_MS, signal);
    if (!signal.aborted) live();
  }
}
