import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/engine/config.js';
import { systemClock } from '../../src/kernel/clock.js';
import { createReports, type Reports } from '../../src/operate/reports.js';
import type { Database } from '../../src/store/database.js';
import { sql, type Sql } from '../../src/store/sql.js';
import { databases, openTestDatabase } from '../support/world.js';

const SOURCE = { account: 'acct_status', livemode: false };
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The database with every statement that was sent to it. */
function recorded(database: Database): { database: Database; statements: Sql[] } {
  const statements: Sql[] = [];
  const query: Database['query'] = (statement) => {
    statements.push(statement);
    return database.query(statement);
  };
  return { database: { ...database, query }, statements };
}

const reportsOf = (database: Database): Reports =>
  createReports({ database, config: resolveOptions({ sweepTypes: ['customer', 'price'] }), clock: systemClock });

/** So many marks of a type, the oldest of them so old. */
const mark = (type: string, count: number, ageMs: number) => sql`
  insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at)
  select ${SOURCE.account}, ${SOURCE.livemode}, ${type}, ${type} || n, n, n, t.at, t.at
  from generate_series(1, ${count}::integer) n
  cross join lateral (select now() - make_interval(secs => ${ageMs / 1_000}::double precision * n / ${count}::integer) as at) t`;

const swept = (type: string, different: number, agoMs: number) => sql`
  insert into lockstep.sweeps (account, livemode, type, scope, started_at, began_at, finished_at, different)
  select ${SOURCE.account}, ${SOURCE.livemode}, ${type}, 'all', t.at, t.at, t.at, ${different}
  from (select now() - make_interval(secs => ${agoMs / 1_000}::double precision) as at) t`;

const alive = (paused: string | null, ended = false) => {
  const budgets = [{ ...SOURCE, ratePerEndpoint: 20, rateTotal: 80, perS: 3 }];
  const duties = { webhooks: true, pollEveryMs: null, sweepEveryMs: null };
  const about = {
    host: 'h',
    pid: 1,
    proves: true,
    sweeps: true,
    feed: 'webhook',
    sweepTypes: null,
    ...{ duties, paused, budgets, ended },
  };
  return sql`
    insert into lockstep.processes (id, started_at, seen_at, about)
    values ('00000000-0000-4000-8000-000000000001', now(), now(), ${JSON.stringify(about)}::jsonb)
    on conflict (id) do update set seen_at = now(), about = excluded.about`;
};

describe.each(databases)('the status report on %s', (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  test('a database that nobody has worked on says so, and is in no state of being proven', async () => {
    const report = await reportsOf(database).status();
    expect(report).toMatchObject({ state: 'degraded', sources: [], provenAt: null, processes: [], pace: null });
    expect(report.reasons.map(({ code }) => code)).toEqual(['nobody_works', 'never_compared']);
  });

  test('with a process at work and every scheduled type compared it is in step', async () => {
    await database.query(sql`
      insert into lockstep.sources (account, livemode, platform, bound_by)
      values (${SOURCE.account}, ${SOURCE.livemode}, ${SOURCE.account}, 'key')`);
    await database.query(alive(null));
    await database.query(sql`update lockstep.processes set about = about || '{"sweepTypes": ["customer", "price"]}'`);
    await database.query(swept('customer', 0, 3 * MINUTE_MS));
    await database.query(swept('price', 0, 2 * MINUTE_MS));
    const report = await reportsOf(database).status();
    expect(report).toMatchObject({ state: 'in_step', reasons: [], since: null, pace: { perS: 3, allowedPerS: 80 } });
    expect(report.at.getTime() - report.provenAt!.getTime()).toBeGreaterThanOrEqual(3 * MINUTE_MS);
  });

  test('what waits is counted by type, with its age and the time that it takes at least', async () => {
    await database.query(mark('customer', 40, 10 * MINUTE_MS));
    await database.query(mark('price', 2, MINUTE_MS));
    const { state, unproven, oldestAt, at, forecast, sources } = await reportsOf(database).status();
    expect({ state, unproven }).toEqual({ state: 'behind', unproven: { value: 42, precision: 'exact' } });
    expect(Math.round((at.getTime() - oldestAt!.getTime()) / MINUTE_MS)).toBe(10);
    expect(forecast).toEqual({ seconds: 2, because: null });
    const price = sources[0]?.types.find(({ type }) => type === 'price');
    expect(price).toMatchObject({ table: 'prices', unproven: { value: 2, precision: 'exact' } });
    expect(Math.round((at.getTime() - price!.oldestAt!.getTime()) / MINUTE_MS)).toBe(1);
  });

  test('a dead letter is counted apart, and does not make the queue old', async () => {
    await database.query(sql`update lockstep.dirty set dead_since = now() where id = 'customer40'`);
    const { state, dead, oldestAt, at, reasons } = await reportsOf(database).status();
    expect({ state, dead }).toEqual({ state: 'degraded', dead: { value: 1, precision: 'exact' } });
    expect(reasons.map(({ code }) => code)).toEqual(['objects_unprovable', 'objects_waiting']);
    expect(at.getTime() - oldestAt!.getTime()).toBeLessThan(10 * MINUTE_MS - 10_000);
    await database.query(sql`delete from lockstep.dirty`);
  });

  test('drift that sweeps found in 30 days is summed; older drift and the first load are not', async () => {
    await database.query(swept('customer', 900, 41 * DAY_MS));
    await database.query(swept('customer', 5, 40 * DAY_MS));
    await database.query(swept('customer', 2, 60 * MINUTE_MS));
    await database.query(swept('product', 700, 20 * DAY_MS));
    const { sources, at } = await reportsOf(database).status();
    const customers = sources[0]?.types.find(({ type }) => type === 'customer');
    expect(customers?.drift.found).toBe(2);
    expect(sources[0]?.types.find(({ type }) => type === 'product')?.drift.found).toBe(0);
    expect(Math.round((at.getTime() - customers!.drift.lastAt!.getTime()) / MINUTE_MS)).toBe(60);
  });

  test('a paused process gives no forecast', async () => {
    await database.query(alive('the key was revoked'));
    await database.query(mark('customer', 5, MINUTE_MS));
    expect((await reportsOf(database).status()).forecast).toEqual({ seconds: null, because: 'paused' });
  });

  test('a process that ended is not alive, and the report says since when nobody works', async () => {
    await database.query(alive(null, true));
    const { state, reasons, processes, forecast, at } = await reportsOf(database).status();
    expect({ state, processes, forecast }).toEqual({
      state: 'degraded',
      processes: [],
      forecast: { seconds: null, because: 'nobody_proves' },
    });
    expect(reasons[0]).toMatchObject({ code: 'nobody_works' });
    expect(at.getTime() - reasons[0]!.since!.getTime()).toBeLessThan(MINUTE_MS);
    await database.query(alive(null));
    await database.query(sql`delete from lockstep.dirty`);
  });

  test('rows are counted without tombstones, and a large table by estimate', async () => {
    const insert = (table: string, count: number) =>
      database.query({
        text: `insert into stripe.${table} (account, livemode, id, data, deleted, as_of)
          select $1, false, 'id_' || n, '{}', n = 1, now() from generate_series(1, $2::integer) n`,
        values: [SOURCE.account, count],
      });
    await insert('coupons', 12);
    await insert('customers', 9_000);
    const rowsOf = async (table: string) =>
      (await reportsOf(database).status()).sources[0]?.types.find((one) => one.table === table)?.rows;
    expect(await rowsOf('coupons')).toEqual({ value: 11, precision: 'exact' });
    await database.script('analyze stripe.customers');
    const customers = await rowsOf('customers');
    expect(customers?.precision).toBe('about');
    expect(customers?.value).toBeGreaterThan(8_500);
    expect(customers?.value).toBeLessThan(9_500);
  });

  test('a long queue is estimated, and no statement reads a large table from its start', async () => {
    await database.query(mark('customer', 30_000, MINUTE_MS));
    await database.script('analyze lockstep.dirty');
    const { unproven, reasons } = await reportsOf(database).status();
    expect(unproven.precision).toBe('about');
    expect(unproven.value).toBeGreaterThan(28_000);
    expect(unproven.value).toBeLessThan(32_000);
    expect(reasons.map(({ text }) => text).join()).toMatch(/About \d+,\d+ objects wait/);

    await database.query(mark('price', 10_000, MINUTE_MS));
    await database.script('analyze lockstep.dirty');
    const { forecast } = await reportsOf(database).status();
    expect(forecast.seconds).toBeGreaterThan(900); // two types share 40,000; one endpoint takes 20 a second

    const watch = recorded(database);
    await reportsOf(watch.database).status();
    const plans = await Promise.all(
      watch.statements
        .filter(({ text }) => !/insert|update/.test(text))
        .map(async ({ text, values }) => {
          const rows = await database.query<Record<string, string>>({ text: `explain ${text}`, values });
          return rows.map((row) => row['QUERY PLAN'] ?? '').join('\n');
        }),
    );
    expect(plans.join('\n')).toContain('dirty_age');
    const large = /Seq Scan on (dirty|inbox\w*|hook_deliveries|coupons|customers|subscriptions)\b/;
    expect(plans.filter((plan) => large.test(plan))).toEqual([]);
  });
});

test('a database without the tables is named with the next step, and nothing is made in it', async () => {
  const database = await openTestDatabase('PostgreSQL', { empty: true });
  await expect(reportsOf(database).status()).rejects.toMatchObject({ code: 'schema_missing' });
  expect(await database.query(sql`select from pg_namespace where nspname = 'lockstep'`)).toEqual([]);
  await database.close();
});
