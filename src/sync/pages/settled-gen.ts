import type { Clock } from '../../kernel/clock.js';

export interface SettledGenOptions {
  /** Draws a gen. */
  draw: () => Promise<number>;
  /** For how long an object that has settled had no hint. */
  settledMs: number;
  clock: Clock;
  signal: AbortSignal;
}

/** The gen up to which marks have settled: no hint has moved them for `settledMs`. */
export interface SettledGen {
  /** Undefined until the gens have been watched for `settledMs`. */
  now(): number | undefined;
  /** Draws, sleeps, and draws again, until `signal` is aborted. `onFailure` gets what a draw throws. */
  watch(onFailure: (error: unknown) => void): Promise<void>;
}

/** Draws within `settledMs`. A mark counts as settled at most one interval late. */
const DRAWS = 6;

/**
 * The time is counted in sleeps, because the clock may be set forward. Gens are drawn in order, so a gen that was drawn so
 * long ago divides the hints into those before that moment and those after it.
 */
export function createSettledGen({ draw, settledMs, clock, signal }: SettledGenOptions): SettledGen {
  const drawn: number[] = [];
  const note = (gen: number): void => {
    // A database that was restored, or that failed over to a copy that was behind, draws the same gens again.
    if (gen <= (drawn.at(-1) ?? -Infinity)) drawn.length = 0;
    drawn.push(gen);
    if (drawn.length > DRAWS + 1) drawn.shift();
  };
  return {
    now: () => (drawn.length > DRAWS ? drawn[0] : undefined),
    async watch(onFailure) {
      while (!signal.aborted) {
        try {
          note(await draw());
        } catch (error) {
          onFailure(error);
        }
        await clock.sleep(settledMs / DRAWS, signal);
      }
    },
  };
}
