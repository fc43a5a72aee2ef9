import type { Clock } from '../../kernel/clock.js';

/** What is left alone for a while, by name. No timers: a process may have hundreds of accounts with many types each. */
export interface Rests {
  begin(name: string): void;
  has(name: string): boolean;
}

export function createRests(clock: Clock, restMs: number): Rests {
  const since = new Map<string, number>();
  return {
    begin: (name) => void since.set(name, clock.now().getTime()),
    has(name) {
      const restedMs = clock.now().getTime() - (since.get(name) ?? -Infinity);
      if (restedMs >= 0 && restedMs < restMs) return true;
      since.delete(name); // also if the clock was set back, which must not make a rest last for hours
      return false;
    },
  };
}
