import { LockstepError } from '../../../src/kernel/error.js';
import { nearest } from '../../../src/kernel/nearest.js';

/**
 * What goes wrong on purpose. Of the `_every` ones 0 is off, 1 is always, 2 every second time; those that say nothing
 * else hit API requests. Of the `_per_second` ones 0 is without limit.
 */
export interface Faults {
  /** Every n-th delivery is lost: no try, no retry, nothing on the wire. */
  lose_every: number;
  /** Every n-th delivery comes twice, the same event. */
  duplicate_every: number;
  /** Every n-th delivery is held back until a later one has been answered (or `delay_ms` have passed). */
  reorder_every: number;
  /** Every n-th delivery waits `delay_ms` first, so that later ones overtake it. */
  delay_every: number;
  /** Milliseconds, up to 60,000. Default 1,000. */
  delay_ms: number;
  /** Every n-th event has a twin: a second event object, with an id of its own, for the same change. */
  twin_every: number;
  /** Every n-th event is in no list of events until `hide_ms` after it was made; it can be fetched by id at once. */
  hide_every: number;
  /** Milliseconds, up to 60,000. Default 30,000. */
  hide_ms: number;
  /** Every n-th GET reads objects as they were before their last change, for `stale_ms` after that change. */
  stale_every: number;
  /** Milliseconds, up to 60,000. Default 1,000. */
  stale_ms: number;
  /** Each API request waits so many milliseconds before it is worked on. */
  latency_ms: number;
  /** Every n-th API request is answered 500, nothing done. */
  error_every: number;
  /** Every n-th writing request fails with 500 when its work has begun: nothing of it stands, and its idempotency key replays the 500. */
  break_every: number;
  /** Every n-th API request is done, and the connection cut before the answer. */
  cut_every: number;
  /** Every n-th API request is answered 429, nothing done. */
  limit_every: number;
  /** Every n-th writing request is answered 429 `lock_timeout`, as if another one had its object; nothing done. */
  lock_every: number;
  /** 429 for more requests a second than this of an account. Stripe: 100, 25 in sandboxes. Source: "Rate limits". */
  account_per_second: number;
  /** 429 for more requests a second than this to one endpoint. Stripe: 25. */
  endpoint_per_second: number;
  /** 429 for more searches a second than this. Stripe: 20. */
  search_per_second: number;
  /** 0: every n-th exactly. Any other number: each with a chance of one in n, drawn from this seed, so that a run can be repeated. */
  seed: number;
}

const OFF: Faults = {
  lose_every: 0,
  duplicate_every: 0,
  reorder_every: 0,
  delay_every: 0,
  delay_ms: 1_000,
  twin_every: 0,
  hide_every: 0,
  hide_ms: 30_000,
  stale_every: 0,
  stale_ms: 1_000,
  latency_ms: 0,
  error_every: 0,
  break_every: 0,
  cut_every: 0,
  limit_every: 0,
  lock_every: 0,
  account_per_second: 0,
  endpoint_per_second: 0,
  search_per_second: 0,
  seed: 0,
};
export const FAULT_NAMES: readonly string[] = Object.keys(OFF);
const NUMBER_MAX = 1_000_000;
const WAIT_MAX_MS = 60_000;
const SEED_MAX = 2 ** 31 - 1;

type Counted = Extract<keyof Faults, `${string}_every`>;

/** The faults switched on, and the counts or the chance that decide what they hit. */
export class FaultSwitch {
  #faults: Faults = OFF;
  readonly #counts = new Map<Counted, number>();
  readonly #chances = new Map<Counted, () => number>();

  /** @param onChange called after each change of a fault */
  constructor(private readonly onChange = (): void => {}) {}

  get(): Faults {
    return { ...this.#faults };
  }

  /** Merges the given ones. @throws `option_invalid` for an unknown fault or a value out of bounds. */
  set(changes: Partial<Faults>): Faults {
    checkFaults(changes);
    for (const name of Object.keys(changes)) this.#counts.delete(name as Counted);
    if (changes.seed !== undefined) this.#chances.clear();
    this.#faults = { ...this.#faults, ...changes };
    this.onChange();
    return this.get();
  }

  /** All off. */
  clear(): void {
    this.#faults = OFF;
    this.#counts.clear();
    this.#chances.clear();
    this.onChange();
  }

  /** Counts once more, and says whether it is this one's turn. */
  hits(name: Counted): boolean {
    const every = this.#faults[name];
    if (every === 0) return false;
    if (this.#faults.seed !== 0) return this.#chance(name)() * every < 1;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count % every === 0;
  }

  /** Each fault draws for itself, so that one more of them changes nothing about the others. */
  #chance(name: Counted): () => number {
    const known = this.#chances.get(name) ?? randomOf([...name].reduce(mixed, this.#faults.seed));
    this.#chances.set(name, known);
    return known;
  }
}

/** @throws LockstepError `option_invalid` for an unknown fault, with the nearest one and all, or a value out of bounds. */
function checkFaults(changes: Partial<Faults>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (!FAULT_NAMES.includes(name)) {
      const near = nearest(name, FAULT_NAMES);
      throw new LockstepError('option_invalid', `Unknown fault "${name}"`, {
        hint: `${near === undefined ? '' : `did you mean ${near}? `}the faults are ${FAULT_NAMES.join(', ')}`,
        facts: { fault: name },
      });
    }
    if (Number.isInteger(value) && value >= 0 && value <= maxOf(name)) continue;
    throw new LockstepError(
      'option_invalid',
      `${name} must be a whole number from 0 to ${maxOf(name).toLocaleString('en-US')}`,
      {
        hint: `set it to 0 to turn it off; it was ${JSON.stringify(value)}`,
        facts: { fault: name },
      },
    );
  }
}

const maxOf = (name: string): number => (name === 'seed' ? SEED_MAX : name.endsWith('_ms') ? WAIT_MAX_MS : NUMBER_MAX);

const mixed = (seed: number, letter: string): number => Math.imul(seed ^ letter.charCodeAt(0), 0x01000193) >>> 0;

/** Numbers from 0 to 1 that look random (mulberry32): the same ones for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let drawn = Math.imul(state ^ (state >>> 15), state | 1);
    drawn ^= drawn + Math.imul(drawn ^ (drawn >>> 7), drawn | 61);
    return ((drawn ^ (drawn >>> 14)) >>> 0) / 2 ** 32;
  };
}
