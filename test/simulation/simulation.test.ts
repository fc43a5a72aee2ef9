import { describe, expect, test } from 'vitest';
import { brokenEngines } from './broken.js';
import { openMemoryStore } from './memory-store.js';
import { simulate } from './simulate.js';

// The long form (npm run verify:simulation) makes bigger worlds. The same on the real SQL: sql.test.ts.
const SCALE = 0.3;
const SEEDS = 120;
const WITHIN_MS = 300_000;

test(
  `whatever Stripe, the network and our own crashes do, the mirror ends right and never goes back, in ${SEEDS} worlds`,
  async () => {
    const problems: string[] = [];
    let crashes = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const result = await simulate({ seed, store: openMemoryStore(), scale: SCALE });
      problems.push(...result.problems.map((problem) => `seed ${seed}: ${problem}`));
      crashes += result.crashes;
    }
    expect(problems).toEqual([]);
    expect(crashes).toBeGreaterThan(SEEDS / 10);
  },
  WITHIN_MS,
);

describe('the simulation finds an engine broken in which', () => {
  const SEEDS_MAX = 2_000;

  test.each(brokenEngines.map((broken) => [broken.name, broken] as const))(
    '%s',
    async (_, { without, asking, finds, from = 1 }) => {
      let found: string | undefined;
      for (let seed = from; seed <= SEEDS_MAX && found === undefined; seed += 1) {
        const { problems } = await simulate({
          seed,
          store: openMemoryStore(),
          scale: 1,
          broken: { state: without, asking },
        });
        found = problems.find((problem) => finds.test(problem));
      }
      expect(found).toMatch(finds);
    },
    WITHIN_MS,
  );
});

test('a seed decides everything: run again, the same was asked and answered', async () => {
  const run = () => simulate({ seed: 7, store: openMemoryStore() });
  expect(await run()).toEqual(await run());
});
