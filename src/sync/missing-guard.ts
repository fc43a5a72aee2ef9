import type { Source } from '../kernel/source.js';
import type { MissingRuns } from './missing-runs.js';

/**
 * A key of the wrong account, or a Stripe that lost its state, answers 404 to every read: proving it all would bury the
 * mirror under tombstones. So a row of unexplained 404s asks for a second opinion before the next one is believed. The
 * row is counted in the database: four processes with a wrong key believe no more than one, nor does one that is killed
 * and started again.
 */
export interface MissingGuard {
  /** Notes what a read found. `explained`: an event said that the object was deleted. True: ask before believing it. */
  note(answer: 'found' | 'missing', explained: boolean): Promise<boolean>;
  /** Resets the count after a successful check. */
  clear(): Promise<void>;
}

/** 404s in a row, of different objects, none explained by an event, before a second opinion is asked for. */
export const MISSING_IN_A_ROW = 20;

export function createMissingGuard(source: Source, runs: MissingRuns, limit = MISSING_IN_A_ROW): MissingGuard {
  // Only who counted ends the row when it finds something: a key that is right must not answer for one that is wrong.
  let counted = false;
  const clear = async (): Promise<void> => {
    counted = false;
    await runs.end(source);
  };
  return {
    async note(answer, explained) {
      if (answer === 'found' && counted) await clear();
      if (answer === 'found' || explained) return false;
      counted = true;
      return (await runs.lengthen(source)) >= limit;
    },
    clear,
  };
}
