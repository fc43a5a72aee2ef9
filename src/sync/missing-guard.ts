/**
 * A key of the wrong account, or a Stripe that lost its state, answers 404 to every read: proving it all would bury the
 * mirror under tombstones. So a row of unexplained 404s asks for a second opinion before the next one is believed.
 */
export interface MissingGuard {
  /** Notes what a read found. `explained`: an event said that the object was deleted. True: ask before believing it. */
  note(answer: 'found' | 'missing', explained: boolean): boolean;
  /** Resets the count after a successful check. */
  clear(): void;
}

/** 404s in a row, of different objects, none explained by an event, before a second opinion is asked for. */
export const MISSING_IN_A_ROW = 20;

export function createMissingGuard(limit = MISSING_IN_A_ROW): MissingGuard {
  let inARow = 0;
  return {
    note(answer, explained) {
      if (answer === 'found') inARow = 0;
      else if (!explained) inARow += 1;
      return answer === 'missing' && !explained && inARow >= limit;
    },
    clear: () => void (inARow = 0),
  };
}
