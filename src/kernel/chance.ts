import { randomUUID } from 'node:crypto';

/** Chance as an argument, so that tests and the simulation decide it by a seed. */
export interface Chance {
  /** At least 0, below 1. */
  number(): number;
  /** A new UUID. */
  uuid(): string;
}

export const systemChance: Chance = {
  number: () => Math.random(),
  uuid: () => randomUUID(),
};
