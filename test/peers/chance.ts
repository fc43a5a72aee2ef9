/** Chance that a seed decides: the same seed, the same sequence. */
export interface Chance {
  /** 0 ≤ n < 1. */
  next(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  shuffled<T>(items: readonly T[]): T[];
}

/** Mulberry32 over a hash of the words: neighbours of a seed have nothing in common. */
export function chanceOf(...words: readonly (string | number)[]): Chance {
  let state = 0x811c9dc5;
  for (const character of words.join('/')) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    shuffled(items) {
      const all = [...items];
      for (let last = all.length - 1; last > 0; last -= 1) {
        const chosen = between(0, last);
        [all[last], all[chosen]] = [all[chosen] as (typeof all)[number], all[last] as (typeof all)[number]];
      }
      return all;
    },
  };
}
