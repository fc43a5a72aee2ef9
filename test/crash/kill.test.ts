import { expect, test } from 'vitest';
import { crash, type CrashOptions } from './crash.js';

const SEED = 20_261_124;

// The long form (npm run verify:crash) has 200 cycles on each, at full speed. Here most of the time goes into starts.
const REST_MS = 60;
const short: readonly Pick<CrashOptions, 'kind' | 'workers' | 'cycles' | 'stopEvery'>[] = [
  { kind: 'PostgreSQL', workers: 3, cycles: 6, stopEvery: 3 },
  { kind: 'PGlite', workers: 1, cycles: 2, stopEvery: 0 },
];

test.each(short.map((options) => [options.kind, options] as const))(
  'kill -9 under load on %s loses no acknowledged event, and the mirror ends as Stripe is',
  async (_, options) => {
    const report = await crash({ ...options, seed: SEED, restMs: REST_MS });
    expect(report).toMatchObject({ faults: [], lost: [], differences: [], cycles: options.cycles });
    expect(report.restMs).toBeLessThan(20_000); // a claim ends within ten seconds of its worker's last sign of life
    expect(report.kills).toBeGreaterThanOrEqual(options.stopEvery === 0 ? 2 : 4);
    expect(report.events).toBeGreaterThanOrEqual(5 * options.cycles);
    expect(report.tombstones).toBeGreaterThan(0);
    expect(report.children).toBeGreaterThan(0);
  },
  300_000,
);
