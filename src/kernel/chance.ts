import { randomUUID } from 'node:crypto';

/** Random values. They are passed in, so that tests and the simulation can fix them by a seed. */
export interface Chance {
  /** A random number from 0 to below 1. */
  number(): number;
  /** A new UUID. */
  uuid(): string;
}

export const systemChance: Chance = {
  number: () => Math.random(),
  uuid: () => randomUUID(),
};
