import pg from 'pg';
import { expect, test } from 'vitest';
import { createDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { fuzzArrivals } from './arrivals.js';
import { knownDifferences } from './known-differences.js';
import { fuzzSignatures, verdicts } from './signatures.js';
import { fuzzStorage } from './storage.js';

const SEED = 20_261_124;
const WITHIN_MS = 180_000; // some seconds, where nothing else runs

test(
  'a delivery is accepted exactly when the official SDK accepts it, but for the known differences',
  () => {
    const { accepted, refused, differences } = fuzzSignatures({ runs: 5_000, seed: SEED });
    expect(accepted).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(300);
    expect([...differences].filter(([, count]) => count === 0)).toEqual([]);
  },
  WITHIN_MS,
);

test.each(knownDifferences.map((difference) => [difference.name, difference] as const))(
  'the SDK and we differ about %s as the table says, and about nothing else in it',
  (_, { applies, pairs, example }) => {
    expect(verdicts(example.delivery)).toBe(example.pair);
    expect(pairs).toContain(example.pair);
    expect(knownDifferences.filter((other) => other.applies(example.delivery)).map((other) => other.applies)).toEqual([
      applies,
    ]);
  },
);

test(
  'whatever a signed body holds, it is read without an error, and nothing but its secrets is left out',
  () => {
    const { events, withSecrets, refused } = fuzzArrivals({ runs: 1_500, seed: SEED });
    expect(Math.min(events, withSecrets, refused)).toBeGreaterThan(150);
  },
  WITHIN_MS,
);

test(
  'whatever is read can be stored in PostgreSQL, and comes back as it went in',
  async () => {
    const database = new pg.Client({ connectionString: (await createDatabase({ template: MIGRATED })).url });
    await database.connect();
    try {
      const { stored } = await fuzzStorage(database, { runs: 300, seed: SEED });
      expect(stored).toBeGreaterThan(50);
    } finally {
      await database.end();
    }
  },
  WITHIN_MS,
);
