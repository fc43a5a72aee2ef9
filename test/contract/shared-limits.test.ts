import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRequestTurns } from '../../src/engine/request-turns.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { openPostgres } from '../../src/store/postgres/postgres.js';
import type { Database } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { createBudget } from '../../src/stripe/budget.js';
import { createMissingGuard } from '../../src/sync/missing-guard.js';
import { createMissingRuns } from '../../src/sync/missing-runs.js';
import { createDatabase } from '../support/database.js';
import { MIGRATED } from '../support/global-postgres.js';
import { databases, openTestDatabase } from '../support/world.js';

const source = { account: 'acct_shared', livemode: false };
const elsewhere = { account: 'acct_shared', livemode: true };

describe.each(databases)('what processes share on %s', (kind) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(kind)));
  afterAll(() => database.close());

  const turnsOf = (of = source) => {
    const turns = createRequestTurns(database);
    turns.open(of);
    return turns;
  };
  const near = (ms: number) => ({ asymmetricMatch: (seen: unknown) => Math.abs(Number(seen) - ms) < 250 });

  test('what one process reserved counts for the other, and not for another mode', async () => {
    const reserve = { endpoint: 'GET /v1/customers/{id}', leastMs: 0, addMs: 5_000 };
    expect(await turnsOf().move([reserve])).toEqual([near(5_000)]);
    expect(await turnsOf().move([reserve, { ...reserve, endpoint: '' }])).toEqual([near(10_000), near(5_000)]);
    expect(await turnsOf(elsewhere).move([reserve])).toEqual([near(5_000)]);
  });

  test('a hold begins where what was reserved ends, or later', async () => {
    const hold = { endpoint: 'GET /v1/coupons/{id}', leastMs: 1_000, addMs: 4_000 };
    expect(await turnsOf().move([hold])).toEqual([near(5_000)]);
    expect(await turnsOf().move([{ ...hold, leastMs: 20_000 }])).toEqual([near(24_000)]);
  });

  test('a database server whose clock was set back holds nothing up for longer than ten minutes', async () => {
    const endpoint = 'GET /v1/prices/{id}';
    await turnsOf().move([{ endpoint, leastMs: 0, addMs: 0 }]);
    await database.query(sql`
      update lockstep.request_turns set free_at = now() + interval '1 day' where endpoint = ${endpoint}`);
    expect(await turnsOf().move([{ endpoint, leastMs: 0, addMs: 1_000 }])).toEqual([near(601_000)]);
  });

  test('nothing is reserved before the account is known', async () => {
    const turns = createRequestTurns(database);
    expect(await turns.move([{ endpoint: '', leastMs: 0, addMs: 9_000 }])).toEqual([0]);
  });

  test('unexplained 404s are counted for all processes, and past the end of one', async () => {
    const guard = () => createMissingGuard(source, createMissingRuns(database), 4);
    const [one, other] = [guard(), guard()];
    expect([await one.note('missing', false), await other.note('missing', false)]).toEqual([false, false]);
    expect(await one.note('missing', true)).toBe(false); // explained: not counted
    expect(await guard().note('missing', false)).toBe(false);
    expect(await guard().note('missing', false)).toBe(true);
    await one.clear();
    expect(await other.note('missing', false)).toBe(false);
  });

  test('what is found ends the row of the process that counted, and of no other', async () => {
    const guard = () => createMissingGuard(elsewhere, createMissingRuns(database), 2);
    const [wrong, right] = [guard(), guard()];
    await wrong.note('missing', false);
    await right.note('found', false);
    expect(await wrong.note('missing', false)).toBe(true);
    await wrong.note('found', false);
    expect(await wrong.note('missing', false)).toBe(false);
  });
});

test('four processes together keep the rate of one', async () => {
  const { url } = await createDatabase({ template: MIGRATED });
  const pools = [1, 2, 3, 4].map(() => openPostgres({ url, log: silent }));
  const rates = { perEndpoint: 50, total: 80 };
  const endpoints = ['GET /v1/customers/{id}', 'GET /v1/invoices/{id}'];
  const sent = new Map(endpoints.map((endpoint) => [endpoint, [] as number[]]));
  await Promise.all(
    pools.map(async (pool) => {
      const turns = createRequestTurns(pool);
      turns.open(source);
      const budget = createBudget(rates, systemClock, turns);
      const lane = async (endpoint: string): Promise<void> => {
        for (let n = 0; n < 12; n += 1) {
          await budget.take(endpoint);
          sent.get(endpoint)?.push(performance.now());
          await pause(2);
        }
      };
      await Promise.all(endpoints.flatMap((endpoint) => [lane(endpoint), lane(endpoint)]));
    }),
  );
  await Promise.all(pools.map((pool) => pool.close()));
  expect([...sent.values()].map(({ length }) => length)).toEqual([96, 96]);
  for (const times of sent.values()) expect(spilled(times, rates.perEndpoint)).toBe(0);
  expect(spilled([...sent.values()].flat(), rates.total)).toBe(0);
});

/** How many requests a Stripe refuses that takes a fifth more than the rate: a bucket that fills at that speed. */
function spilled(times: readonly number[], rate: number): number {
  const room = rate * 1.2;
  let level = 0;
  let before = 0;
  let refused = 0;
  for (const time of [...times].sort((one, other) => one - other)) {
    level = Math.max(0, level - ((time - before) / 1_000) * room);
    before = time;
    if (level + 1 > room) refused += 1;
    else level += 1;
  }
  return refused;
}
