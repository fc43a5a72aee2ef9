import { describe, expect, test } from 'vitest';
import { createDriftRecord } from '../../src/listing/drift/drift-record.js';
import { createSweepHistory } from '../../src/listing/sweep-history.js';
import { dueSweep } from '../../src/listing/due-sweep.js';
import { Maintenance } from '../../src/inbox/maintenance.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { impatientClock } from '../support/impatient-clock.js';
import { databases, openTestDatabase } from '../support/world.js';

const DAY_S = 86_400;
const now = (): number => Math.floor(Date.now() / 1_000);
const VERSION = '2020-08-27';

describe.each(databases)('the inbox on %s', (kind) => {
  test('keeps events in weeks, and drops those that are past keeping, also the late ones', async () => {
    const core = await startCore({ kind });
    const { database } = core;
    const clockAt = (days: number) => ({ ...systemClock, now: () => new Date(Date.now() + days * DAY_S * 1_000) });
    const maintenance = (days: number) =>
      new Maintenance(
        {
          database,
          sweeps: createSweepHistory(database),
          drift: createDriftRecord(database),
          clock: clockAt(days),
          log: silent,
        },
        { inboxDays: 45 },
      );
    const ids = async () =>
      (await database.query<{ id: string }>(sql`select id from lockstep.inbox order by id`)).map(({ id }) => id);
    const partitionsOf = async (table: string) =>
      (
        await database.query<{ name: string }>(sql`
          select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = ${`lockstep.${table}`}::regclass and c.relname !~ '_default$'`)
      ).length;
    core.stripe.put('/v1/customers/cus_kept', customer('cus_kept'));
    const deliver = (id: string, created: number) =>
      core.deliver(eventOf('customer.updated', customer('cus_kept'), { id, created, version: VERSION }));
    // Its own upkeep must be over: while one makes partitions, no other does.
    for (const table of ['inbox', 'changes'])
      await eventually(
        async () => (await partitionsOf(table)) >= 5,
        `the service made the weeks of ${table} by itself`,
      );
    await deliver('evt_a_late', now() - 40 * DAY_S); // before the first week that has a partition
    const today = now();
    await deliver('evt_b_now', today);
    expect(await ids()).toEqual(['evt_a_late', 'evt_b_now']);

    await maintenance(10).run();
    expect(await ids()).toEqual(['evt_b_now']);
    expect(await deliver('evt_b_now', today)).toBe('duplicate');

    // A stretch without maintenance: the events of a week without a partition move into it once it is made.
    await deliver('evt_c_ahead', now() + 60 * DAY_S);
    const { made } = await maintenance(60).run();
    expect(made.length).toBeGreaterThanOrEqual(4);
    expect(await ids()).toEqual(['evt_c_ahead']);
    expect(await database.query(sql`select 1 from lockstep.inbox_default`)).toEqual([]);
    await core.rest();
    await core.stop();
  });
});

test('an event is found at any moment, also while its week moves into a partition', async () => {
  const database = await openTestDatabase('PostgreSQL');
  const missed: string[] = [];
  for (let round = 1; round <= 10; round += 1) {
    const [id, at] = [`evt_moved_${round}`, new Date(Date.now() + round * 40 * DAY_S * 1_000)];
    await database.query(sql`
      insert into lockstep.inbox (created, account, livemode, id, type, feed, body)
      values (${at}, 'acct_1', false, ${id}, 'customer.updated', 'poll', '{}')`);
    let moved = false;
    const readers = Array.from({ length: 4 }, async () => {
      while (!moved) {
        const rows = await database.query(sql`select 1 from lockstep.inbox where id = ${id}`);
        if (rows.length !== 1) missed.push(id);
      }
    });
    const clock = { ...systemClock, now: () => at };
    const [sweeps, drift] = [createSweepHistory(database), createDriftRecord(database)];
    await new Maintenance({ database, sweeps, drift, clock, log: silent }, { inboxDays: 45 }).run();
    moved = true;
    await Promise.all(readers);
  }
  expect(await database.query(sql`select 1 from lockstep.inbox_default`)).toEqual([]);
  expect(missed).toEqual([]);
  await database.close();
});

test('a thousand hints at one object within a second cost three reads at most, and the last of them is proven', async () => {
  const core = await startCore({ kind: 'PostgreSQL' });
  const path = '/v1/customers/cus_storm';
  core.stripe.put(path, customer('cus_storm', { name: 'first' }));
  const began = performance.now();
  for (let batch = 0; batch < 20; batch += 1) {
    if (batch === 19) core.stripe.put(path, customer('cus_storm', { name: 'last' }));
    await Promise.all(
      Array.from({ length: 50 }, () =>
        core.deliver(eventOf('customer.updated', customer('cus_storm'), { version: VERSION })),
      ),
    );
  }
  const seconds = Math.ceil((performance.now() - began) / 1_000);
  await core.rest();
  expect(await core.row('customers', 'cus_storm')).toMatchObject({ name: 'last' });
  // Two in each second that the storm lasted on this machine, and one after it.
  expect(core.stripe.reads.filter((read) => read === path).length).toBeLessThanOrEqual(2 * seconds + 1);
  await core.stop();
}, 120_000);

test('behind webhooks, reading /v1/events finds what was never delivered', async () => {
  const core = await startCore({ kind: 'PGlite', options: { catchUpEveryMs: 50 } });
  core.stripe.put('/v1/customers/cus_lost', customer('cus_lost', { name: 'found' }));
  core.stripe.put('/v1/events/evt_lost', eventOf('customer.created', customer('cus_lost'), { id: 'evt_lost' }));
  await eventually(
    async () => (await core.row('customers', 'cus_lost'))?.['proven_at'] != null,
    'the customer of the lost event is proven',
  );
  await core.stop();
}, 120_000);

test.each([
  ['ahead', DAY_S],
  ['behind', -DAY_S],
])(
  'a clock that is a day %s, until it is set right, overlooks no event and holds nothing up',
  async (where, seconds) => {
    let offsetMs = seconds * 1_000;
    const clock = { ...systemClock, now: () => new Date(Date.now() + offsetMs) };
    const core = await startCore({ kind: 'PGlite', clock });
    const id = `cus_${where}`;
    const event = (n: number) =>
      eventOf('customer.updated', customer(id), { id: `evt_${where}_${n}`, version: VERSION });
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'first' }));
    core.stripe.put('/v1/events/evt_1', event(1));
    expect(await core.engine.poll()).toBe(1);
    await core.rest();
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'second' }));
    core.stripe.fail(`/v1/customers/${id}`, 500, 1);
    core.stripe.put('/v1/events/evt_2', event(2));
    expect(await core.engine.poll()).toBe(1);
    await eventually(
      async () => core.logged.some((facts) => facts['event'] === 'sync.postponed'),
      'its read is put off',
    );
    offsetMs = 0;
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'second', proven_at: expect.any(Date) });
    await core.stop();
  },
  120_000,
);

const impatient = impatientClock(10);

test('a cursor older than the events that Stripe keeps is said aloud, and everything is swept anew', async () => {
  const core = await startCore({
    kind: 'PGlite',
    options: { sweepTypes: ['customer'], sweepEveryMs: 3_600_000, sweepRecentEveryMs: 0 },
    clock: impatient,
  });
  const sweeps = () => core.logged.filter(({ event }) => event === 'sweep.finished').length;
  await eventually(async () => (await core.engine.status()).provenAt !== null, 'customers are swept once');
  await core.engine.poll();
  // Made, changed or deleted in the time of which Stripe has no events any more.
  core.stripe.put('/v1/customers/cus_in_gap', customer('cus_in_gap'));
  expect(sweeps()).toBe(1);
  await core.database.query(sql`update lockstep.cursors set position = now() - interval '31 days'`);
  await core.engine.poll();
  expect(core.logged).toContainEqual(expect.objectContaining({ event: 'poll.gap', since: expect.any(Date) }));
  await eventually(async () => (await core.row('customers', 'cus_in_gap')) !== undefined, 'the gap is made up for');
  expect(sweeps()).toBe(2);
  await core.stop();
}, 120_000);

test('what is listed below parents is swept and compared like everything else, until that would be too many requests', async () => {
  const core = await startCore({
    kind: 'PGlite',
    options: { sweepEveryMs: 7 * DAY_S * 1_000, sweepRecentEveryMs: 0 },
    clock: impatient,
  });
  const { database, stripe, engine } = core;
  stripe.put('/v1/customers/cus_carded', customer('cus_carded'));
  const card = { id: 'card_1', object: 'card', customer: 'cus_carded', last4: '4242' };
  stripe.put('/v1/customers/cus_carded/sources', { object: 'list', data: [card], has_more: false, url: '' });
  stripe.put('/v1/customers/cus_carded/sources/card_1', card);
  await eventually(async () => (await engine.status()).provenAt !== null, 'everything is swept once', 60_000);
  await core.rest();
  expect(await core.row('cards', 'card_1')).toMatchObject({ last4: '4242', proven_at: expect.any(Date) });

  await database.query(sql`update stripe.cards set data = jsonb_set(data, '{last4}', '"1111"')`);
  const drifted = await engine.operations.verify({ repair: true, graceMs: 0 });
  expect(drifted.outcome).toBe('drift');
  expect(drifted.types).toContainEqual(expect.objectContaining({ type: 'card', different: 1, repaired: 1 }));
  expect(drifted.types.map(({ type }) => type)).not.toContain('balance');
  expect(await engine.operations.verify({ repair: false, graceMs: 0 })).toMatchObject({ outcome: 'in_step' });

  await database.query(sql`
    insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
    select account, livemode, 'cus_many_' || n, jsonb_set(data, '{id}', to_jsonb('cus_many_' || n)), proven_at, as_of
    from stripe.customers, generate_series(1, 10000) as n`);
  const large = await engine.operations.verify({ repair: false, graceMs: 0 });
  const left = large.types.filter(({ note }) => note === 'too_many_parents').map(({ type }) => type);
  expect(left).toEqual(expect.arrayContaining(['tax_id', 'card', 'entitlements.active_entitlement_summary']));
  expect(left).not.toContain('product_feature');
  expect(stripe.reads.filter((path) => path.includes('cus_many_') && path.includes('/sources'))).toEqual([]);
  await database.query(sql`delete from lockstep.sweeps where type = 'card'`);
  await eventually(
    async () => core.logged.some((facts) => facts['event'] === 'sweep.too_many_parents' && facts['type'] === 'card'),
    'its sweep is left out, and said so',
  );
  await core.stop();
}, 120_000);

test('of a proof that a gap made void nothing is reported', async () => {
  const core = await startCore({ kind: 'PGlite', options: { sweepTypes: ['customer'] } });
  await core.engine.sweep();
  expect((await core.engine.status()).provenAt).not.toBeNull();
  await core.engine.poll();
  await core.database.query(sql`update lockstep.cursors set position = now() - interval '31 days'`);
  await core.engine.poll();
  expect((await core.engine.status()).provenAt).toBeNull();
  await core.stop();
}, 120_000);

test('a sweep of recent objects finds those, and says nothing of older ones that it does not list', async () => {
  const core = await startCore({
    kind: 'PGlite',
    options: { sweepTypes: ['customer'], sweepEveryMs: 7 * DAY_S * 1_000, sweepRecentEveryMs: 200 },
    clock: impatient,
  });
  core.stripe.put('/v1/customers/cus_old', customer('cus_old', { created: now() - 3 * DAY_S }));
  await eventually(async () => (await core.engine.status()).provenAt !== null, 'everything is swept once');
  core.stripe.put('/v1/customers/cus_young', customer('cus_young', { created: now() }));
  await eventually(
    async () => (await core.row('customers', 'cus_young'))?.['proven_at'] != null,
    'the young one, of which no event told, is there',
  );
  expect(core.logged).toContainEqual(
    expect.objectContaining({
      event: 'sweep.finished',
      scope: 'recent',
      type: 'customer',
      listed: 1,
      missing: 1,
      extra: 0,
    }),
  );
  expect(await core.row('customers', 'cus_old')).toMatchObject({ deleted: false, proven_at: expect.any(Date) });
  expect(core.stripe.reads).not.toContain('/v1/customers/cus_old');
  await core.stop();
}, 120_000);

describe('which sweep is due', () => {
  const source = { account: 'acct_1', livemode: false };
  const schedule = {
    types: ['customer', 'coupon', 'payment_method'],
    allEveryMs: 7 * DAY_S * 1_000,
    recentEveryMs: DAY_S * 1_000,
  };
  const at = new Date('2026-11-24T12:00:00Z');
  const before = (hours: number) => new Date(at.getTime() - hours * 3_600_000);
  const swept = (type: string, scope: 'all' | 'recent', hours: number, more: object = {}) => ({
    ...{ ...source, type, scope, startedAt: before(hours), running: false, note: null },
    ...more,
  });
  const due = (...last: ReturnType<typeof swept>[]) => {
    const found = dueSweep(schedule, [source], last, at);
    return found && `${found.scope} ${found.type}`;
  };

  test('first every type once, one after the other', () => {
    expect(due()).toBe('all customer');
    expect(due(swept('customer', 'all', 1))).toBe('all coupon');
    expect(due(swept('customer', 'all', 1), swept('coupon', 'all', 1))).toBe('all payment_method');
  });

  test('then none, until the recent objects of a day are due, and after a week all', () => {
    const all = (hours: number) => ['customer', 'coupon', 'payment_method'].map((type) => swept(type, 'all', hours));
    expect(due(...all(1))).toBeUndefined();
    expect(due(...all(25))).toBe('recent customer');
    expect(due(...all(25), swept('customer', 'recent', 1), swept('coupon', 'recent', 1))).toBeUndefined(); // payment methods cannot be listed by date
    expect(due(...all(169), ...['customer', 'coupon'].map((type) => swept(type, 'recent', 1)))).toBe('all customer');
  });

  test('not what is being swept, unless its process must be dead', () => {
    const others = ['coupon', 'payment_method'].map((type) => swept(type, 'all', 0.1));
    expect(due(...others, swept('customer', 'all', 0.5, { running: true }))).toBeUndefined();
    expect(due(...others, swept('customer', 'all', 2, { running: true }))).toBe('all customer');
  });

  test('what failed soon again, what is not available once a day', () => {
    const others = ['coupon', 'payment_method'].map((type) => swept(type, 'all', 0.1));
    expect(due(...others, swept('customer', 'all', 0.2, { note: 'Stripe is away' }))).toBe('all customer');
    expect(due(...others, swept('customer', 'all', 2, { note: 'not_available' }))).toBeUndefined();
    expect(due(...others, swept('customer', 'all', 25, { note: 'not_available' }))).toBe('all customer');
  });
});
