import type { Clock } from '../../../src/kernel/clock.js';
import { LockstepError } from '../../../src/kernel/error.js';

/** How the emulator's clock stands. */
export interface ClockState {
  /** What time it is there. */
  now: Date;
  /** How many seconds pass here while one passes outside; 0 is frozen. */
  rate: number;
}

/** A clock as it is kept on disk: it showed `here` (epoch milliseconds) when it was `real` outside. */
export interface KeptClock {
  real: number;
  here: number;
  rate: number;
}

const RATE_MAX = 1_000_000;
const FAR_MS = 24 * 3_600_000;
/** What one step may pass: everything that falls due in it happens at once. */
const ADVANCE_MAX_MS = 3_653 * 24 * 3_600_000;
/** Time stops here: dates beyond are of no use to anybody, and some have no representation. */
const END_MS = Date.UTC(2200, 0, 1) - 1;

/** Time that can be frozen, run faster and be advanced; who sleeps in it wakes when its moment has come. */
export class EmulatorClock implements Clock {
  readonly #base: Clock;
  #anchor: { real: number; here: number };
  #rate = 1;
  readonly #sleepers = new Set<() => void>();

  /** @param onMove called after the time was moved, or its rate was set */
  constructor(
    base: Clock,
    private readonly onMove = (): void => {},
  ) {
    this.#base = base;
    const now = base.now().getTime();
    this.#anchor = { real: now, here: now };
  }

  now(): Date {
    // Untouched it is the base's own time, to the last digit.
    const here = this.#anchor.here + (this.#base.now().getTime() - this.#anchor.real) * this.#rate;
    return new Date(Math.min(here, Math.max(END_MS, this.#anchor.here)));
  }

  get state(): ClockState {
    return { now: this.now(), rate: this.#rate };
  }

  /** How far it is before the outside's time; negative: behind it. */
  get aheadMs(): number {
    return this.now().getTime() - this.#base.now().getTime();
  }

  get kept(): KeptClock {
    return { real: this.#base.now().getTime(), here: this.now().getTime(), rate: this.#rate };
  }

  /**
   * Continues from a kept clock. `as if running`: time that passed outside has passed here as well (a frozen clock
   * stays, a faster one went at the outside's pace); `where it stood`: nothing has passed.
   */
  restore({ real, here, rate }: KeptClock, how: 'as if running' | 'where it stood'): void {
    const passed = how === 'where it stood' ? 0 : Math.max(this.#base.now().getTime() - real, 0);
    this.#moveTo(here + passed * Math.min(rate, 1));
    this.#rate = rate;
    this.#wake();
  }

  /** The outside's own time again. */
  reset(): void {
    this.#moveTo(this.#base.now().getTime());
    this.#rate = 1;
    this.#wake();
  }

  /** @throws `option_invalid` for a rate out of bounds. */
  setRate(rate: number): void {
    if (!Number.isFinite(rate) || rate < 0 || rate > RATE_MAX) {
      throw new LockstepError('option_invalid', `The clock cannot run at rate ${rate}`, {
        hint: `use a number from 0 (frozen) to ${RATE_MAX}`,
        facts: { rate },
      });
    }
    this.#moveTo(this.now().getTime());
    this.#rate = rate;
    this.#wake();
  }

  /** Forward only. @throws `option_invalid`. */
  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) {
      throw new LockstepError('option_invalid', `The clock cannot advance by ${ms} ms`, {
        hint: 'use a positive number of milliseconds: time only goes forward',
        facts: { ms },
      });
    }
    const to = this.now().getTime() + ms;
    if (ms > ADVANCE_MAX_MS || to > END_MS) {
      throw new LockstepError('option_invalid', `The clock cannot advance by ${ms} ms`, {
        hint: 'advance by at most ten years at a time, and not past the year 2199',
        facts: { ms },
      });
    }
    this.#moveTo(to);
    this.#wake();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.now().getTime() + ms;
    while (signal?.aborted !== true) {
      const left = until - this.now().getTime();
      if (left <= 0) return;
      await this.#rest(left, signal);
    }
  }

  /** Until the time is over, was moved, or the caller gives up. */
  async #rest(left: number, signal: AbortSignal | undefined): Promise<void> {
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    this.#sleepers.add(wake);
    signal?.addEventListener('abort', wake);
    const realMs = this.#rate === 0 ? FAR_MS : Math.min(left / this.#rate, FAR_MS);
    await this.#base.sleep(realMs, woken.signal);
    signal?.removeEventListener('abort', wake);
    this.#sleepers.delete(wake);
  }

  #moveTo(here: number): void {
    this.#anchor = { real: this.#base.now().getTime(), here };
  }

  #wake(): void {
    for (const wake of this.#sleepers) wake();
    this.onMove();
  }
}
