import { keyText, type ObjectKey } from '../kernel/source.js';

/**
 * Keeps a storm of hints at one object from becoming a storm of reads: after two reads within a second the next waits
 * until the second is over. It begins after all of the hints that came in between, so one read serves them all.
 */
export interface Pace {
  /** Notes a read that begins now; or, where it would be one too many, the time from which it may begin. */
  begin(key: ObjectKey, now: Date): Date | undefined;
}

const WINDOW_MS = 1_000;
const READS_MAX = 2;
const KEYS_MAX = 10_000;

export function createPace(): Pace {
  const begun = new Map<string, number[]>();
  const forget = (now: number): void => {
    for (const [key, times] of begun) if ((times.at(-1) ?? 0) <= now - WINDOW_MS) begun.delete(key);
    if (begun.size > KEYS_MAX) begun.clear(); // fewer pauses, never a wrong one
  };
  return {
    begin(key, at) {
      const now = at.getTime();
      // A clock that was set back must not hold anything up.
      const times = (begun.get(keyText(key)) ?? []).filter((time) => time > now - WINDOW_MS && time <= now);
      const [oldest] = times;
      if (oldest !== undefined && times.length >= READS_MAX) return new Date(oldest + WINDOW_MS);
      begun.set(keyText(key), [...times, now]);
      if (begun.size > KEYS_MAX) forget(now);
      return undefined;
    },
  };
}
