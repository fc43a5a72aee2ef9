import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embeddedUsers } from '../../src/store/migrate.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases } from '../support/world.js';

const now = (): number => Math.floor(Date.now() / 1_000);
/** A version that is not ours: nothing is shown, only the read counts. */
const FOREIGN_VERSION = '2020-08-27';

describe.each(databases)('one guard at a time on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());

  const stored = (id: string) => core.database.query(sql`select 1 from lockstep.inbox where object_id = ${id}`);
  const proven = async (id: string, fields: Json) => {
    core.stripe.put(`/v1/customers/${id}`, customer(id, fields));
    await core.deliver(eventOf('customer.created', customer(id, fields), { version: FOREIGN_VERSION }));
    await core.rest();
  };
  const list = (type: string, object: Json) => core.list(type, object);

  test('an event whose mark cannot be written is refused and not stored, so that Stripe delivers it again', async () => {
    const id = 'cus_unmarkable';
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'there' }));
    await core.database.script(`
      create function lockstep.no_mark() returns trigger language plpgsql as $$ begin raise 'no mark'; end $$;
      create trigger no_mark before insert on lockstep.dirty
        for each row when (new.id = '${id}') execute function lockstep.no_mark();`);
    const event = eventOf('customer.created', customer(id), { version: FOREIGN_VERSION });
    await expect(core.deliver(event)).rejects.toThrow('no mark');
    expect(await stored(id)).toEqual([]);
    await core.database.script('drop function lockstep.no_mark() cascade');
    expect(await core.deliver(event)).toBe('stored');
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'there' });
  });

  test('a slow read whose lease ran out cannot write while another worker still reads', async () => {
    const id = 'cus_claimed_again';
    const path = `/v1/customers/${id}`;
    core.stripe.put(path, customer(id, { name: 'old' }));
    const slow = core.stripe.hold(path);
    await core.deliver(eventOf('customer.created', customer(id), { version: FOREIGN_VERSION }));
    await slow.arrived;
    const second = core.stripe.hold(path);
    core.stripe.put(path, customer(id, { name: 'new' }));
    await core.endLease(id);
    await second.arrived;
    slow.release();
    const first = await eventually(
      async () => core.logged.find((facts) => facts['id'] === id && facts['event'] === 'sync.settled'),
      'the slow read is settled',
    );
    expect(first).toMatchObject({ settled: 'lost' });
    expect(await core.row('customers', id)).toBeUndefined();
    second.release();
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
  });

  test.each([
    ['before the read that proved the row', -60],
    ['in the very second of that read', 0],
  ])('a snapshot from %s is not shown, though it follows what stands', async (_, seconds) => {
    const id = `cus_late_${-seconds}`;
    await proven(id, { name: 'first' });
    const { as_of: asOf } = (await core.row('customers', id)) as { as_of: Date };
    const held = core.stripe.hold(`/v1/customers/${id}`);
    const created = asOf.getTime() / 1_000 + seconds;
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'second' }), { created, previous: { name: 'first' } }),
    );
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'first', proven_at: expect.any(Date) });
    const marks = await core.database.query(sql`select prior from lockstep.dirty where id = ${id}`);
    expect(marks).toEqual([{ prior: null }]); // nothing stands over the proof
    held.release();
    await core.rest();
  });

  test('a snapshot in another API version is not shown', async () => {
    const id = 'cus_other_version';
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'read' }));
    const held = core.stripe.hold(`/v1/customers/${id}`);
    await core.deliver(eventOf('customer.created', customer(id, { name: 'shown' }), { version: FOREIGN_VERSION }));
    await held.arrived;
    expect(await core.row('customers', id)).toBeUndefined();
    held.release();
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'read' });
  });

  test.each(['delivered', 'listed'])(
    'a %s subscription whose items are cut off at ten waits for its read',
    async (how) => {
      const id = `sub_cut_${how}`;
      for (let n = 0; n < 12; n += 1) {
        const item = subscriptionItem(id, n);
        core.stripe.put(`/v1/subscription_items/${String(item['id'])}`, item);
      }
      core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 12));
      const held = core.stripe.hold(`/v1/subscriptions/${id}`);
      if (how === 'listed') await list('subscription', subscription(id, 12));
      else await core.deliver(eventOf('customer.subscription.created', subscription(id, 12)));
      await held.arrived;
      expect(await core.row('subscriptions', id)).toBeUndefined();
      held.release();
      await core.rest();
      const items = await core.database.query(sql`
      select 1 from stripe.subscription_items where data ->> 'subscription' = ${id} and not deleted`);
      expect(items.length).toBeGreaterThanOrEqual(12);
    },
  );

  test('a defect of our own ends as a dead letter and an error in the log', async () => {
    const { engine, database } = core;
    const [type, id] = ['card', 'card_without_parents'];
    const at = new Date();
    await database.query(sql`
      insert into lockstep.dirty (account, livemode, type, id, gen, first_gen, hinted_at, due_at, attempts, parents)
      values (${engine.source.account}, false, ${type}, ${id}, 1, 1, ${at}, ${at}, 20, 'null')`);
    await eventually(async () => core.errors.some((facts) => facts['id'] === id), 'it is logged as an error');
    expect(core.errors).toContainEqual(expect.objectContaining({ event: 'sync.dead', type, failure: 'internal' }));
    const [mark] = await database.query<Json>(sql`select dead_since, reason from lockstep.dirty where id = ${id}`);
    expect(mark).toEqual({ dead_since: expect.any(Date), reason: expect.stringMatching(/^internal: /) });
    await database.query(sql`delete from lockstep.dirty where id = ${id}`);
  });

  test('a page that differs from a proven row only marks it: the read decides', async () => {
    const id = 'cus_listed_late';
    await proven(id, { name: 'new' });
    const held = core.stripe.hold(`/v1/customers/${id}`);
    await list('customer', customer(id, { name: 'old' }));
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
    held.release();
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
  });

  test('secrets in a list do not reach the mirror', async () => {
    const intent = { id: 'pi_listed', object: 'payment_intent', created: now(), livemode: false, amount: 900 };
    await list('payment_intent', { ...intent, client_secret: 'pi_listed_secret_abc' });
    expect(await core.row('payment_intents', 'pi_listed')).toMatchObject({ amount: 900, data: intent });
  });

  // PostgreSQL refuses to index more than 2.7 kB that cannot be compressed.
  const unindexable = () => randomBytes(4_000).toString('hex');

  test('a snapshot that cannot be written keeps none of its batch out, and is itself kept as a hint', async () => {
    const ids = ['cus_before', 'cus_after'];
    for (const id of ids) core.stripe.put(`/v1/customers/${id}`, customer(id));
    const id = 'sub_unwritable';
    core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 1));
    const items = {
      object: 'list',
      has_more: false,
      data: [{ ...subscriptionItem(id, 0), id: `si_${unindexable()}` }],
    };
    const outcomes = await Promise.all([
      core.deliver(eventOf('customer.created', customer('cus_before'))),
      core.deliver(eventOf('customer.subscription.created', subscription(id, 1, { items }))),
      core.deliver(eventOf('customer.created', customer('cus_after'))),
    ]);
    expect(outcomes).toEqual(['stored', 'stored', 'stored']);
    expect(core.logged).toContainEqual(expect.objectContaining({ event: 'inbox.not_shown' }));
    await core.rest();
    expect(await core.row('subscriptions', id)).toMatchObject({ customer: 'cus_1', proven_at: expect.any(Date) });
    for (const each of ids) expect(await core.row('customers', each)).toMatchObject({ proven_at: expect.any(Date) });
  });

  test('an event that cannot be stored at all is refused alone: its batch is stored', async () => {
    core.stripe.put('/v1/customers/cus_neighbor', customer('cus_neighbor'));
    await core.database.script(`
      create function lockstep.no_event() returns trigger language plpgsql as $$
      begin raise 'no such value' using errcode = '22000'; end $$;
      create trigger no_event before insert on lockstep.inbox_default
        for each row when (new.object_id = 'cus_unstorable') execute function lockstep.no_event();`);
    const [bad, good] = await Promise.allSettled([
      core.deliver(eventOf('customer.created', customer('cus_unstorable'), { created: 1_700_000_000 })),
      core.deliver(eventOf('customer.created', customer('cus_neighbor'))),
    ]);
    expect(bad.status).toBe('rejected');
    expect(good).toEqual({ status: 'fulfilled', value: 'stored' });
    await core.rest();
    expect(await core.row('customers', 'cus_neighbor')).toMatchObject({ proven_at: expect.any(Date) });
  });
});

test('a listed object that cannot be written holds up neither a backfill nor a sweep: it becomes a dead letter', async () => {
  const core = await startCore({ kind: 'PGlite' });
  await core.database.script(`
    create function lockstep.no_row() returns trigger language plpgsql as $$
    begin raise 'no such value' using errcode = '22000'; end $$;
    create trigger no_row before insert on stripe.customers
      for each row when (new.id in ('cus_unwritable', 'cus_swept')) execute function lockstep.no_row();`);
  const put = (id: string) => core.stripe.put(`/v1/customers/${id}`, customer(id));
  const proven = async () =>
    (await core.database.query(sql`select 1 from stripe.customers where proven_at is not null`)).length;
  for (let n = 0; n < 150; n += 1) put(n === 75 ? 'cus_unwritable' : `cus_${n}`);
  expect(await core.engine.operations.backfill({ types: ['customer'] })).toMatchObject([{ outcome: 'done' }]);
  await eventually(async () => (await proven()) === 149, 'all others are proven');
  for (const id of ['cus_swept', 'cus_beside']) put(id);
  await core.engine.sweep(['customer']);
  await eventually(async () => (await proven()) === 150, 'the one beside it is proven');
  expect(await core.database.query(sql`select id, reason from lockstep.dirty order by id`)).toEqual([
    { id: 'cus_swept', reason: expect.stringContaining('unwritable') },
    { id: 'cus_unwritable', reason: expect.stringContaining('unwritable') },
  ]);
  await core.stop();
}, 120_000);

test('an event that cannot be stored at all does not hold up those that are polled with it and after it', async () => {
  const core = await startCore({ kind: 'PGlite' });
  await core.database.script(`
    create function lockstep.no_event() returns trigger language plpgsql as $$
    begin raise 'no such value' using errcode = '22000'; end $$;
    create trigger no_event before insert on lockstep.inbox
      for each row when (new.object_id = 'cus_unstorable') execute function lockstep.no_event();`);
  const ids = ['cus_unstorable', ...Array.from({ length: 150 }, (_, n) => `cus_beside_${n}`)];
  for (const id of ids.reverse()) core.stripe.put(`/v1/events/evt_${id}`, eventOf('customer.created', customer(id)));
  expect(await core.engine.poll()).toBe(150);
  expect(core.logged).toContainEqual(expect.objectContaining({ event: 'poll.event_not_stored' }));
  const [cursor] = await core.database.query(sql`select position from lockstep.cursors`);
  expect(cursor).toMatchObject({ position: expect.any(Date) });
  await core.stop();
}, 120_000);

test('of the subscriptions that have not ended the one created last is on the profile, whatever the ids', async () => {
  const core = await startCore({
    kind: 'PGlite',
    prepare: async (database) => {
      await database.script(embeddedUsers());
      await database.script(`
        insert into public.users (username, first_name, last_name, email) values ('ada', 'Ada', 'Lovelace', null);
        insert into public.user_profiles (user_id, stripe_customer_id) select id, 'cus_1' from public.users;`);
    },
  });
  for (const one of [
    subscription('sub_m', 1, { created: 1_790_000_200 }),
    subscription('sub_z', 1, { created: 1_790_000_100 }),
    subscription('sub_a', 1, { created: 1_790_000_300, status: 'incomplete_expired' }),
  ]) {
    core.stripe.put(`/v1/subscriptions/${String(one['id'])}`, one);
    await core.deliver(eventOf('customer.subscription.created', one));
    await core.rest();
  }
  expect(await core.database.query(sql`select stripe_subscription_id as id from public.user_profiles`)).toEqual([
    { id: 'sub_m' },
  ]);
  await core.stop();
}, 120_000);

test('an event that Stripe lists only after a newer one was polled is polled still', async () => {
  const events = [eventOf('customer.created', customer('cus_punctual'), { id: 'evt_punctual' })];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stripe');
    const since = Number(searchParams.get('created[gte]') ?? 0);
    const data = events.filter((event) => Number(event['created']) >= since).reverse();
    const body =
      pathname === '/v1/events'
        ? { object: 'list', data, has_more: false }
        : pathname === '/v1/account'
          ? { id: 'acct_scripted', object: 'account' }
          : customer(pathname.split('/').at(-1) ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const core = await startCore({
    kind: 'PGlite',
    options: {
      feed: 'poll',
      webhookSecret: undefined,
      stripeApiBase: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      pollEveryMs: 3_600_000,
    },
  });
  const polled = async () => {
    await core.engine.poll();
    const rows = await core.database.query<{ id: string }>(sql`select id from lockstep.inbox order by id`);
    return rows.map(({ id }) => id);
  };
  expect(await polled()).toEqual(['evt_punctual']);
  events.push(eventOf('customer.created', customer('cus_late'), { id: 'evt_late', created: now() - 30 }));
  expect(await polled()).toEqual(['evt_late', 'evt_punctual']);
  await core.stop();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}, 120_000);
