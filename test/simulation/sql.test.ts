import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { openTestDatabase } from '../support/world.js';
import { simulate } from './simulate.js';
import { openSqlStore } from './sql-store.js';

const SCALE = 0.2;
// The long form (npm run verify:simulation) plays one on the real SQL in every 50 seeds.
const SEEDS = 12;
const WITHIN_MS = 300_000;

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase('PGlite');
});
afterAll(() => database.close());

test(
  `whatever happens, the mirror ends right and never goes back with the real SQL too, in ${SEEDS} worlds on PGlite`,
  async () => {
    const problems: string[] = [];
    for (let seed = 1_001; seed <= 1_000 + SEEDS; seed += 1) {
      const result = await simulate({ seed, store: await openSqlStore(database), scale: SCALE });
      problems.push(...result.problems.map((problem) => `seed ${seed}: ${problem}`));
    }
    expect(problems).toEqual([]);
  },
  WITHIN_MS,
);
