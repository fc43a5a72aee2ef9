import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/database.js';
import { openTestDatabase } from '../support/world.js';
import { brokenEngines } from './broken.js';
import { SQL_SCALE } from './main.js';
import { openMemoryStore } from './memory-store.js';
import { simulate, type Simulated } from './simulate.js';
import { openSqlStore } from './sql-store.js';

// The long form (npm run verify:simulation) makes bigger worlds of the same seeds.
const SCALE = 0.4;
const SEEDS = 450;
const SQL_SEEDS = 50;

const failed = ({ seed, problems }: Simulated) => problems.map((problem) => `seed ${seed}: ${problem}`);

describe('whatever Stripe, the network and our own crashes do, the mirror ends right and never goes back', () => {
  test(`in ${SEEDS} worlds in memory`, async () => {
    const problems: string[] = [];
    let crashes = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const result = await simulate({ seed, store: openMemoryStore(), scale: SCALE });
      problems.push(...failed(result));
      crashes += result.crashes;
    }
    expect(problems).toEqual([]);
    expect(crashes).toBeGreaterThan(SEEDS / 10);
  });

  describe('with the real SQL', () => {
    let database: Database;
    beforeAll(async () => {
      database = await openTestDatabase('PGlite');
    });
    afterAll(() => database.close());

    test(`in ${SQL_SEEDS} worlds on PGlite`, async () => {
      const problems: string[] = [];
      for (let seed = 1_001; seed <= 1_000 + SQL_SEEDS; seed += 1) {
        problems.push(...failed(await simulate({ seed, store: await openSqlStore(database), scale: SQL_SCALE })));
      }
      expect(problems).toEqual([]);
    });
  });
});

describe('the simulation finds an engine broken in which', () => {
  const SEEDS_MAX = 150;

  test.each(brokenEngines.map((broken) => [broken.name, broken] as const))('%s', async (_, { without, finds }) => {
    let found: string | undefined;
    for (let seed = 1; seed <= SEEDS_MAX && found === undefined; seed += 1) {
      const { problems } = await simulate({ seed, store: openMemoryStore(), scale: 0.5, broken: without });
      found = problems.find((problem) => finds.test(problem));
    }
    expect(found).toMatch(finds);
  });
});

test('a seed decides everything: run again, the same was asked and answered', async () => {
  const run = () => simulate({ seed: 7, store: openMemoryStore() });
  expect(await run()).toEqual(await run());
});
