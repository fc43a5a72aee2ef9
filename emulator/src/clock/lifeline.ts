import { dueOf, liveUntil, livingTypes } from './lifecycle.js';
import type { RowType } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

interface Due {
  at: number;
  type: RowType;
  id: string;
}

/**
 * What will happen by itself in the emulator's own time, in the order of time. It receives every written row, so that
 * nothing is searched for while nothing is due.
 */
export class Lifeline {
  readonly #queue: Due[] = [];
  readonly #known = new Map<string, number>();

  /** Everything of a state that was read from its file. */
  fill(unit: Unit): void {
    for (const type of livingTypes(unit)) {
      for (const { id } of unit.store.tables[type].walk({ oldestFirst: true })) this.#note(unit, type, id);
    }
  }

  /** The rows that a unit wrote. */
  note(unit: Unit): void {
    for (const { type, id } of unit.written) this.#note(unit, type, id);
  }

  /** Whether anything is due. */
  isDue(now: number): boolean {
    return (this.#queue[0]?.at ?? Infinity) <= now;
  }

  /** Lets everything happen that is due. */
  live(unit: Unit): void {
    const end = this.#place(unit.wall + 1);
    const due = this.#queue.splice(0, end);
    for (const { id } of due) this.#known.delete(id);
    liveUntil(unit, { clock: null, until: unit.wall, candidates: due });
  }

  #note(unit: Unit, type: RowType, id: string): void {
    const at = dueOf(unit, null, type, id);
    if (at === null || this.#known.get(id) === at) return;
    this.#known.set(id, at);
    this.#queue.splice(this.#place(at + 1), 0, { at, type, id });
  }

  /** The first index whose time is not before `at`. */
  #place(at: number): number {
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
