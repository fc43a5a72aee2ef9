import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/kernel/clock.js';
import type { Database } from '../../src/store/database.js';
import { createHealthProbe } from '../../src/store/health.js';
import { sql } from '../../src/store/sql.js';
import { databases, openTestDatabase } from '../support/world.js';

describe.each(databases)('on %s', (kind) => {
  let database: Database;
  let now = Date.now();
  const clock: Clock = { now: () => new Date(now), sleep: async () => {} };
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('a hundred callers within a second share one write, and the next second has its own', async () => {
    let asked = 0;
    const counted = {
      ...database,
      query: <Row>(...args: Parameters<Database['query']>): Promise<Row[]> => {
        asked += 1;
        return database.query<Row>(...args);
      },
    };
    const health = createHealthProbe(counted, clock);
    const answers = await Promise.all(Array.from({ length: 100 }, () => health.probe()));
    expect(new Set(answers)).toEqual(new Set([{ ok: true, reason: null, checkedAt: new Date(now) }]));
    now += 999;
    await health.probe();
    expect(asked).toBe(1);
    now += 1;
    await health.probe();
    expect(asked).toBe(2);
  });

  test('a write that failed elsewhere ends a shared ok, and keeps a failure shared', async () => {
    const health = createHealthProbe(database, clock);
    now += 1_000;
    const first = await health.probe();
    health.doubt();
    const second = await health.probe();
    expect([second.ok, second === first]).toEqual([true, false]);
    await database.script(`alter table lockstep.cursors rename to gone`);
    health.doubt();
    const third = await health.probe();
    health.doubt();
    expect(third.ok).toBe(false);
    expect(await health.probe()).toBe(third);
    await database.script(`alter table lockstep.gone rename to cursors`);
    now += 1_000;
  });

  test('a database that takes no write is not healthy, and is again once it does', async () => {
    const health = createHealthProbe(database, clock);
    await database.script(`alter table lockstep.cursors rename to gone`);
    now += 1_000;
    expect(await health.probe()).toMatchObject({ ok: false, reason: expect.stringContaining('cursors') });
    await database.script(`alter table lockstep.gone rename to cursors`);
    now += 1_000;
    expect(await health.probe()).toMatchObject({ ok: true });
    expect(await database.query(sql`select feed from lockstep.cursors`)).toEqual([{ feed: 'health' }]);
  });
});
