import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OVERLAP_MS } from '../../src/feeds/poll.js';
import type { Clock } from '../../src/kernel/clock.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { impatientClock } from '../support/impatient-clock.js';
import { databases, startWorld } from '../support/world.js';

/** A clock that is set ahead while the engine runs, which naps for so long at most. */
function passingClock(napMs: number): { clock: Clock; pass: (ms: number) => void } {
  let aheadMs = 0;
  return {
    clock: {
      ...impatientClock(napMs),
      now: () => new Date(Date.now() + aheadMs),
    },
    pass: (ms) => void (aheadMs += ms),
  };
}

describe.each(databases)('sweeps on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
    for (let n = 0; n < 250; n += 1)
      core.stripe.put(`/v1/customers/cus_${n}`, customer(`cus_${n}`, { name: `Customer ${n}` }));
  });
  afterAll(() => core.stop());

  test('the first one inserts everything as proven, page by page, without reading the objects one by one', async () => {
    expect(await core.engine.sweep(['customer'])).toEqual({ listed: 250, found: 250 });
    expect(await core.database.query(sql`select 1 from stripe.customers where proven_at is not null`)).toHaveLength(
      250,
    );
    expect(core.stripe.reads.filter((path) => path.startsWith('/v1/customers/'))).toEqual([]);
    expect(await core.engine.sweep(['customer'])).toEqual({ listed: 250, found: 0 });
    expect(await core.engine.status()).toMatchObject({ dirty: 0 });
  });

  test('a change, a deletion and a creation that no event told of are found and repaired by proofs', async () => {
    core.stripe.put('/v1/customers/cus_7', customer('cus_7', { name: 'Renamed' }));
    core.stripe.remove('/v1/customers/cus_8');
    core.stripe.put('/v1/customers/cus_new', customer('cus_new', { name: 'New' }));
    expect(await core.engine.sweep(['customer'])).toEqual({ listed: 250, found: 3 });
    await core.rest();
    expect(await core.row('customers', 'cus_7')).toMatchObject({ name: 'Renamed', proven_at: expect.any(Date) });
    expect(await core.row('customers', 'cus_8')).toMatchObject({ deleted: true });
    expect(await core.row('customers', 'cus_new')).toMatchObject({ name: 'New' });
  });

  test('a row that somebody changed, deleted or invented in the database itself is put right', async () => {
    await core.database.query(
      sql`update stripe.customers set data = jsonb_set(data, '{name}', '"Forged"') where id = 'cus_1'`,
    );
    await core.database.query(sql`delete from stripe.customers where id = 'cus_2'`);
    await core.database.query(sql`
      insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
      select account, livemode, 'cus_invented', jsonb_set(data, '{id}', '"cus_invented"'), proven_at, as_of from stripe.customers where id = 'cus_3'`);
    expect(await core.engine.sweep(['customer'])).toMatchObject({ found: 3 });
    await core.rest();
    expect(await core.row('customers', 'cus_1')).toMatchObject({ name: 'Customer 1' });
    expect(await core.row('customers', 'cus_2')).toMatchObject({ name: 'Customer 2' });
    expect(await core.row('customers', 'cus_invented')).toMatchObject({ deleted: true });
    expect(await core.engine.sweep(['customer'])).toMatchObject({ found: 0 });
  });

  test('a page listed before a deletion does not bring the object back', async () => {
    core.stripe.put('/v1/customers/cus_20', { id: 'cus_20', object: 'customer', deleted: true });
    await core.deliver(eventOf('customer.deleted', customer('cus_20')));
    await core.rest();
    await core.list('customer', customer('cus_20', { name: 'Customer 20' }));
    expect(await core.row('customers', 'cus_20')).toMatchObject({ deleted: true });
    await core.engine.sweep([]); // wakes nothing by itself: the mark does
    await core.rest();
    expect(await core.row('customers', 'cus_20')).toMatchObject({ deleted: true });
  });

  test('a sweep that does not list an object under proof makes the proof go round again', async () => {
    const id = 'cus_vanishing';
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'still there' }));
    const held = core.stripe.hold(`/v1/customers/${id}`);
    await core.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }));
    await held.arrived;
    core.stripe.remove(`/v1/customers/${id}`); // and the event of its deletion is lost
    await core.engine.sweep(['customer']);
    held.release(customer(id, { name: 'still there' }));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ deleted: true });
  });

  test('a page listed before a change that is being proven does not settle the object', async () => {
    const held = core.stripe.hold('/v1/customers/cus_racing');
    await core.deliver(eventOf('customer.created', customer('cus_racing', { name: 'old' }), { version: '2020-08-27' }));
    await held.arrived;
    await core.list('customer', customer('cus_racing', { name: 'old' }));
    expect(await core.row('customers', 'cus_racing')).toMatchObject({ name: 'old', proven_at: null });
    core.stripe.put('/v1/customers/cus_racing', customer('cus_racing', { name: 'new' }));
    held.release(customer('cus_racing', { name: 'old' }));
    await core.rest();
    expect(await core.row('customers', 'cus_racing')).toMatchObject({ name: 'new', proven_at: expect.any(Date) });
  });
});

test('a burst of 404s that no event explains pauses proving, says so, and goes on when Stripe is itself again', async () => {
  const core = await startCore({ kind: 'PGlite' });
  const ids = Array.from({ length: 40 }, (_, n) => `cus_burst_${n}`);
  const explained = 'cus_explained';
  for (const id of [...ids, explained]) core.stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
  await core.engine.sweep(['customer']);
  for (const id of [...ids, explained]) core.stripe.remove(`/v1/customers/${id}`); // as a key of another account would see it
  for (const id of ids) await core.deliver(eventOf('customer.updated', customer(id), { version: '2020-08-27' }));
  await eventually(async () => (await core.engine.status()).paused !== null, 'proving is paused');
  expect(core.logged).toContainEqual(
    expect.objectContaining({ event: 'sync.paused', reason: expect.stringContaining('missing') }),
  );
  const buried = await core.database.query(sql`select 1 from stripe.customers where deleted`);
  expect(buried.length).toBeLessThan(20);
  expect((await core.engine.status()).dirty).toBeGreaterThanOrEqual(20);
  // Meanwhile what an event explains is believed.
  await core.deliver(eventOf('customer.deleted', customer(explained), { version: '2020-08-27' }));
  await eventually(
    async () => (await core.row('customers', explained))?.['deleted'] === true,
    'a deletion that was reported is proven',
    10_000,
  );
  await core.stop();
}, 120_000);

test('where nothing was ever proven, objects that are gone before they are read pause nothing', async () => {
  const core = await startCore({ kind: 'PGlite' });
  const ids = Array.from({ length: 40 }, (_, n) => `cus_brief_${n}`);
  for (const id of ids) await core.deliver(eventOf('customer.created', customer(id)));
  await core.rest();
  expect((await core.engine.status()).paused).toBeNull();
  expect(await core.database.query(sql`select 1 from stripe.customers where deleted`)).toHaveLength(40);
  await core.stop();
}, 120_000);

test('a revoked key pauses proving loudly, loses no hint, and is asked again when it is accepted', async () => {
  const { clock, pass } = passingClock(50);
  const core = await startCore({ kind: 'PGlite', clock });
  const ids = Array.from({ length: 30 }, (_, n) => `cus_revoked_${n}`);
  for (const id of ids) {
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
    core.stripe.fail(`/v1/customers/${id}`, 401, 1_000);
  }
  core.stripe.fail('/v1/account', 401, 1_000);
  for (const id of ids)
    expect(await core.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }))).toBe('stored');
  await eventually(
    async () => (await core.engine.status()).paused?.includes('does not accept the key'),
    'proving is paused',
  );
  expect(core.logged).toContainEqual(expect.objectContaining({ event: 'sync.paused' }));
  expect((await core.engine.status()).dirty).toBe(30);
  const before = core.stripe.reads.length;
  core.stripe.fail('/v1/account', 401, 0);
  for (const id of ids) core.stripe.fail(`/v1/customers/${id}`, 401, 0);
  expect(before).toBeLessThan(60); // not one request for each hint again and again
  let looks = 0;
  await eventually(
    async () => {
      if (looks++ % 20 === 0) pass(31_000); // a pause passes, and no lease does
      return (await core.engine.status()).dirty === 0;
    },
    'everything is proven',
    60_000,
  );
  expect((await core.engine.status()).paused).toBeNull();
  await core.stop();
}, 120_000);

test('a storm of 429s, longer than any one read is patient, loses no hint and makes no dead letter', async () => {
  const { clock, pass } = passingClock(20);
  const core = await startCore({ kind: 'PGlite', clock });
  const ids = Array.from({ length: 5 }, (_, n) => `cus_storm_${n}`);
  for (const id of ids) {
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
    core.stripe.fail(`/v1/customers/${id}`, 429, 40, 'rate_limit');
    await core.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }));
  }
  await eventually(
    async () => {
      pass(10_000); // what was put off falls due
      const { dirty, dead } = await core.engine.status();
      expect(dead).toBe(0);
      return dirty === 0;
    },
    'everything is proven',
    60_000,
  );
  expect(core.logged).toContainEqual(expect.objectContaining({ event: 'sync.postponed', failure: 'throttled' }));
  expect(await core.database.query(sql`select 1 from stripe.customers where name = id`)).toHaveLength(5);
  await core.stop();
}, 120_000);

test('many deletions that events explain are believed without a pause', async () => {
  const core = await startCore({ kind: 'PGlite' });
  const ids = Array.from({ length: 40 }, (_, n) => `cus_gone_${n}`);
  for (const id of ids) await core.deliver(eventOf('customer.deleted', customer(id)));
  await core.rest();
  expect((await core.engine.status()).paused).toBeNull();
  expect(await core.database.query(sql`select 1 from stripe.customers where deleted`)).toHaveLength(40);
  await core.stop();
}, 120_000);

test('without webhooks and without a secret, polling alone carries every change, once each', async () => {
  const world = await startWorld({
    kind: 'PGlite',
    deliver: false,
    options: { feed: 'poll', webhookSecret: undefined, pollEveryMs: 50 },
  });
  const { stripe, database } = world;
  const { id } = await stripe.customers.create({ name: 'Polled' });
  await stripe.customers.update(id, { name: 'Polled again' });
  const named = (name: string) => async () =>
    (
      await database.query(
        sql`select 1 from stripe.customers where id = ${id} and name = ${name} and proven_at is not null`,
      )
    ).length === 1;
  await eventually(named('Polled again'), 'the update is proven');
  await stripe.customers.del(id);
  await eventually(
    async () => (await database.query(sql`select 1 from stripe.customers where id = ${id} and deleted`)).length === 1,
    'the deletion is proven',
  );
  await eventually(async () => (await world.engine.poll()) === 0, 'a poll finds nothing new');
  expect(
    await database.query(sql`select feed, count(*) as count from lockstep.inbox where object_id = ${id} group by feed`),
  ).toEqual([{ feed: 'poll', count: 3 }]);
  const [cursor] = await database.query<{ position: Date }>(sql`select position from lockstep.cursors`);
  expect(cursor?.position.getTime()).toBeLessThanOrEqual(Date.now() - OVERLAP_MS);
  expect((await fetch(`${world.service.url}/stripe-webhooks`, { method: 'POST', body: '{}' })).status).toBe(400);
  await world.stop();
}, 120_000);

test('two workers on one PostgreSQL prove three hundred objects, each read once', async () => {
  const first = await startCore({ kind: 'PostgreSQL' });
  const { startEngine } = await import('../../src/engine/engine.js');
  const { silent } = await import('../../src/kernel/log.js');
  const { systemClock } = await import('../../src/kernel/clock.js');
  const { openPostgres } = await import('../../src/store/postgres/postgres.js');
  const [{ url }] = (await first.database.query<{ url: string }>(sql`select current_database() as url`)) as [
    { url: string },
  ];
  const address = new URL((await import('vitest')).inject('postgresUrl'));
  address.pathname = `/${url}`;
  const second = await startEngine(first.engine.config, {
    clock: systemClock,
    log: silent,
    database: openPostgres({ url: address.href, log: silent }),
  });
  const ids = Array.from({ length: 300 }, (_, n) => `cus_shared_${n}`);
  for (const id of ids) first.stripe.put(`/v1/customers/${id}`, customer(id, { name: id }));
  await Promise.all(
    ids.map((id) => first.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }))),
  );
  await first.rest();
  const reads = first.stripe.reads.filter((path) => path.startsWith('/v1/customers/'));
  expect(new Set(reads).size).toBe(300);
  expect(reads).toHaveLength(300);
  expect(
    await first.database.query(sql`select 1 from stripe.customers where name = id and proven_at is not null`),
  ).toHaveLength(300);
  await second.stop();
  await first.stop();
}, 120_000);
