import type { Clock } from '../../../src/kernel/clock.js';
import { messageOf } from '../../../src/kernel/error.js';
import type { Log } from '../../../src/kernel/log.js';
import type { Api } from '../api/api.js';
import type { Store } from '../state/store.js';
import { allStores } from '../state/store.js';
import type { Unit } from '../state/unit.js';
import { Lifeline } from './lifeline.js';

type Work = Pick<Api, 'internally'>;

/** What will happen by itself, in the account and in every connected one. */
export class Lifelines {
  readonly #byStore = new Map<Store, Lifeline>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The rows that a unit wrote. */
  note(unit: Unit): void {
    this.#of(unit.store).note(unit);
  }

  /** Lets everything happen that is due. A mistake in one account stops no other. */
  live(api: Work): void {
    for (const [store, lifeline] of this.#byStore) {
      if (!lifeline.isDue(Math.floor(this.clock.now().getTime() / 1000))) continue;
      try {
        api.internally((unit) => lifeline.live(unit), store);
      } catch (error) {
        this.log.error({ event: 'emulator.life.broken', error: messageOf(error) });
      }
    }
  }

  /** Begins again, from a state that was read from its file. */
  fill(api: Work, own: Store): void {
    this.clear();
    for (const store of allStores(own)) api.internally((unit) => this.#of(store).fill(unit), store);
  }

  clear(): void {
    this.#byStore.clear();
  }

  #of(store: Store): Lifeline {
    const known = this.#byStore.get(store) ?? new Lifeline();
    this.#byStore.set(store, known);
    return known;
  }
}
