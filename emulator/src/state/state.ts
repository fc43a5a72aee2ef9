import type { Idempotency } from '../api/idempotency.js';
import type { EmulatorClock } from '../clock/emulator-clock.js';
import type { Store } from './store.js';

/** All that a state file holds: the objects, the first answers to idempotency keys, and what time it is. */
export interface EmulatorState {
  readonly store: Store;
  readonly answers: Idempotency;
  readonly clock: EmulatorClock;
}
