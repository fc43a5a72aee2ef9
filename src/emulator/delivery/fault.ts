import { LockstepError } from '../../kernel/error.js';

/** What goes wrong on purpose. Of the `_every` ones 0 is off, 1 is always, 2 every second time. */
export interface Faults {
  /** Every n-th delivery is lost: no try, no retry, nothing on the wire. */
  lose_every: number;
  /** Every n-th delivery comes twice, the same event. */
  duplicate_every: number;
  /** Every n-th delivery waits `delay_ms` first, so that later ones overtake it. */
  delay_every: number;
  delay_ms: number;
  /** Each API request waits this long before it is worked on. */
  latency_ms: number;
  /** Every n-th API request is answered 500, nothing done. */
  error_every: number;
  /** Every n-th API request is answered 429, nothing done. */
  limit_every: number;
}

const OFF: Faults = {
  lose_every: 0,
  duplicate_every: 0,
  delay_every: 0,
  delay_ms: 1_000,
  latency_ms: 0,
  error_every: 0,
  limit_every: 0,
};
const EVERY_MAX = 1_000_000;
const WAIT_MAX_MS = 60_000;

type Counted = 'delay_every' | 'duplicate_every' | 'error_every' | 'limit_every' | 'lose_every';

/** The faults switched on, and the counts that decide what they hit. */
export class FaultSwitch {
  #faults: Faults = OFF;
  readonly #counts = new Map<Counted, number>();

  get(): Faults {
    return { ...this.#faults };
  }

  /** Merges the given ones. @throws LockstepError `option_invalid` for an unknown fault or a value out of bounds. */
  set(changes: Partial<Faults>): Faults {
    for (const [name, value] of Object.entries(changes)) {
      const max = !Object.hasOwn(OFF, name) ? undefined : name.endsWith('_ms') ? WAIT_MAX_MS : EVERY_MAX;
      if (max === undefined || !Number.isInteger(value) || value < 0 || value > max) {
        throw new LockstepError('option_invalid', `'${name}' is no fault that can be set to ${String(value)}`, {
          hint: `faults are whole numbers from 0: ${Object.keys(OFF).join(', ')}`,
          facts: { fault: name },
        });
      }
    }
    for (const name of Object.keys(changes)) this.#counts.delete(name as Counted);
    this.#faults = { ...this.#faults, ...changes };
    return this.get();
  }

  /** Counts once more, and says whether it is this one's turn. */
  hits(name: Counted): boolean {
    const every = this.#faults[name];
    if (every === 0) return false;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count % every === 0;
  }
}
