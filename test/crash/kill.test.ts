import { expect, test } from 'vitest';
import { crash, type CrashOptions } from './crash.js';

const SEED = 20_261_124;

const short: readonly Pick<CrashOptions, 'kind' | 'workers' | 'cycles' | 'stopEvery'>[] = [
  { kind: 'PostgreSQL', workers: 3, cycles: 12, stopEvery: 6 },
  { kind: 'PGlite', workers: 1, cycles: 3, stopEvery: 0 },
];

test.each(short.map((options) => [options.kind, options] as const))(
  'kill -9 under load on %s loses no acknowledged event, and the mirror ends as Stripe is',
  async (_, options) => {
    const report = await crash({ ...options, seed: SEED });
    expect(report).toMatchObject({ faults: [], lost: [], differences: [], cycles: options.cycles });
    expect(report.restMs).toBeLessThan(20_000); // a claim ends within ten seconds of its worker's last sign of life
    expect(report.kills).toBeGreaterThanOrEqual(options.stopEvery === 0 ? 3 : 8);
    expect(report.events).toBeGreaterThanOrEqual(5 * options.cycles);
    expect(report.tombstones).toBeGreaterThan(0);
    expect(report.children).toBeGreaterThan(0);
  },
  300_000,
);
