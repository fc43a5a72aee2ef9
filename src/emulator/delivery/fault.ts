import { LockstepError } from '../../kernel/error.js';

/** What goes wrong on purpose. */
export interface Faults {
  /** Every n-th delivery is lost: no try, no retry, nothing on the wire. 0 is off. */
  lose_every: number;
  /** Each API request waits this long before it is worked on. */
  latency_ms: number;
}

const LIMITS: Readonly<Record<keyof Faults, number>> = { lose_every: 1_000_000, latency_ms: 60_000 };

/** The faults switched on, and the count that decides which delivery is lost. */
export class FaultSwitch {
  #faults: Faults = { lose_every: 0, latency_ms: 0 };
  #deliveries = 0;

  get(): Faults {
    return { ...this.#faults };
  }

  /** Merges the given ones. @throws LockstepError `option_invalid` for an unknown fault or a value out of bounds. */
  set(changes: Partial<Faults>): Faults {
    for (const [name, value] of Object.entries(changes)) {
      const max = Object.hasOwn(LIMITS, name) ? LIMITS[name as keyof Faults] : undefined;
      if (max === undefined || !Number.isInteger(value) || value < 0 || value > max) {
        throw new LockstepError('option_invalid', `'${name}' is no fault that can be set to ${String(value)}`, {
          hint: `faults are whole numbers from 0: ${Object.keys(LIMITS).join(', ')}`,
          facts: { fault: name },
        });
      }
    }
    if (changes.lose_every !== undefined) this.#deliveries = 0;
    this.#faults = { ...this.#faults, ...changes };
    return this.get();
  }

  /** Counts one delivery and says whether it is lost. */
  loses(): boolean {
    const every = this.#faults.lose_every;
    if (every === 0) return false;
    this.#deliveries += 1;
    return this.#deliveries % every === 0;
  }
}
