import { LockstepError } from '../../../src/kernel/error.js';
import { choosing } from './id.js';
import type { Rules } from './rules.js';
import type { RowType } from './rows.js';
import type { Store } from './store.js';
import { allStores, typesOf } from './store.js';

interface Chosen {
  id: string;
  /** Of its type, as the noun has it: `cus`. */
  prefix: string;
}

const WAITING_MAX = 1_000;

/** The ids that a test has chosen for the next new objects. Each is used once, in the order of choosing. */
export class ChosenIds {
  #waiting: Chosen[] = [];

  constructor(
    private readonly store: Store,
    private readonly rules: Rules,
  ) {}

  /**
   * Nothing is chosen if one of them cannot be.
   * @throws LockstepError `request_invalid`: of no known type, taken, or chosen already
   */
  add(ids: readonly string[]): void {
    const types = this.#types();
    const chosen = ids.map((id, index) => {
      const [prefix, type] = types.find(([prefix]) => new RegExp(`^${prefix}_\\w{1,200}$`).test(id)) ?? [];
      if (prefix === undefined || type === undefined) throw unknownType(id);
      const isChosen = ids.indexOf(id) < index || this.#waiting.some((one) => one.id === id);
      if (isChosen || this.#isTaken(type, id)) throw taken(id, isChosen);
      return { id, prefix };
    });
    if (this.#waiting.length + chosen.length > WAITING_MAX) throw tooMany();
    this.#waiting.push(...chosen);
  }

  /** Runs work whose new objects get the chosen ids. Those that it did not keep are there for the next work. */
  during<T>(work: () => T): T {
    if (this.#waiting.length === 0) return work();
    const before = this.#waiting;
    try {
      return choosing((prefix) => this.#take(prefix), work);
    } catch (error) {
      this.#waiting = before.filter(({ id, prefix }) => {
        const type = this.#types().find(([known]) => known === prefix)?.[1];
        return type === undefined || !this.#isTaken(type, id);
      });
      throw error;
    }
  }

  clear(): void {
    this.#waiting = [];
  }

  /** @param wanted what the new id is to begin with; for some types more than the noun's prefix: `mtr_test` */
  #take(wanted: string): string | undefined {
    const found = this.#waiting.find(
      ({ id, prefix }) => (prefix === wanted || wanted.startsWith(`${prefix}_`)) && id.startsWith(`${wanted}_`),
    );
    if (found !== undefined) this.#waiting = this.#waiting.filter((one) => one !== found);
    return found?.id;
  }

  /** By prefix, the longest first: `sub_sched` before `sub`. */
  #types(): [prefix: string, type: RowType][] {
    return typesOf(this.store)
      .map((type): [string, RowType] => [this.rules.nouns[type].prefix, type])
      .filter(([prefix]) => prefix !== '')
      .sort(([one], [other]) => other.length - one.length);
  }

  #isTaken(type: RowType, id: string): boolean {
    return allStores(this.store).some(({ tables }) => tables[type].knows(id));
  }
}

const unknownType = (id: string): LockstepError =>
  new LockstepError('request_invalid', `"${id.slice(0, 100)}" does not begin as the id of any type`, {
    hint: "use the type's own prefix, then an underscore, letters and digits: cus_ada, sub_first, in_1",
  });

const taken = (id: string, isChosen: boolean): LockstepError =>
  new LockstepError('request_invalid', `The id ${id} is ${isChosen ? 'chosen already' : 'taken'}`, {
    hint: 'choose another one; the id of a deleted object stays taken',
    facts: { id },
  });

const tooMany = (): LockstepError =>
  new LockstepError('request_invalid', `At most ${WAITING_MAX} chosen ids can wait for their objects`, {
    hint: 'create the objects first',
  });
