import { describe, expect, test } from 'vitest';
import { brokenEngines } from '../broken.js';
import { runInterleavings } from './main.js';

// npm run verify:properties runs a million.
const RUNS = 10_000;
const SEED = 20_261_124;

describe('two workers, events and listings end as Stripe has it', () => {
  test(`in ${RUNS} interleavings`, async () => {
    const { runs, failure } = await runInterleavings({ seed: SEED + 1, runs: RUNS });
    expect(failure).toBeUndefined();
    expect(runs).toBe(RUNS);
  }, 240_000);
});

describe('an interleaving is found in which the engine is broken where', () => {
  const RUNS_MAX = 5_000;
  const atOneObject = brokenEngines.filter(({ inWorldsOnly }) => inWorldsOnly !== true);

  test.each(atOneObject.map((broken) => [broken.name, broken] as const))(
    '%s',
    async (_, { without = (state) => state, finds }) => {
      const { failure } = await runInterleavings({ seed: SEED, runs: RUNS_MAX, broken: without });
      expect(failure?.split('\n').some((line) => finds.test(line))).toBe(true);
    },
    240_000,
  );
});
