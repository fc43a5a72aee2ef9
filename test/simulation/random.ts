/** Chance from a seed: the same seed draws the same numbers everywhere. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let a = (seed ^ 0x9e37_79b9) >>> 0;
  // mulberry32, after three rounds that part neighbouring seeds.
  const next = (): number => {
    a = (a + 0x6d2b_79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 3; round += 1) a = Math.imul(Math.floor(next() * 2 ** 32), 0x85eb_ca6b) >>> 0;
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]): T => from[between(0, from.length - 1)] as T,
  };
}
