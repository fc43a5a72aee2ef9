import { setTimeout as pause } from 'node:timers/promises';

/** Chance that a seed decides. What real processes make of it is theirs; the choices are the same again. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** True this often: 0 never, 1 always. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Lets up to so much time pass. */
  wait(mostMs: number): Promise<void>;
}

/** Mulberry32: small, and good enough for choices. */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[between(0, list.length - 1)] as (typeof list)[number];
    },
    wait: (mostMs) => pause(between(0, mostMs)),
  };
}
