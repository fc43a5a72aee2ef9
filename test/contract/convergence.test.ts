import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.js';
import { sql } from '../../src/store/sql.js';
import { stripeFailureOf } from '../../src/stripe/failure.js';
import { limits } from '../../src/engine/config.js';
import { createGateway } from '../../src/stripe/gateway.js';
import { customer, eventOf, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { databases } from '../support/world.js';

const now = (): number => Math.floor(Date.now() / 1_000);

describe.each(databases)('the rule on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());

  test.each(['in order', 'reversed'])(
    'two events of one second, delivered %s, end in the state of Stripe',
    async (order) => {
      const id = `cus_same_second_${order.replace(' ', '_')}`;
      const created = now();
      core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'second' }));
      const events = [
        eventOf('customer.created', customer(id, { name: 'first' }), { created }),
        eventOf('customer.updated', customer(id, { name: 'second' }), { created, previous: { name: 'first' } }),
      ];
      for (const event of order === 'in order' ? events : events.reverse()) await core.deliver(event);
      await core.rest();
      expect(await core.row('customers', id)).toMatchObject({
        name: 'second',
        deleted: false,
        proven_at: expect.any(Date),
      });
    },
  );

  test('an event that arrives again is stored once and answered alike', async () => {
    const id = 'cus_twice';
    core.stripe.put(`/v1/customers/${id}`, customer(id));
    const event = eventOf('customer.created', customer(id));
    expect(await core.deliver(event)).toBe('stored');
    expect(await Promise.all([core.deliver(event), core.deliver(event)])).toEqual(['duplicate', 'duplicate']);
    await core.rest();
    expect(await core.database.query(sql`select id from lockstep.inbox where object_id = ${id}`)).toHaveLength(1);
  });

  test('a late update does not bring a deleted customer back', async () => {
    const id = 'cus_deleted';
    core.stripe.put(`/v1/customers/${id}`, { id, object: 'customer', deleted: true });
    await core.deliver(eventOf('customer.deleted', customer(id)));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ deleted: true });
    const held = core.stripe.hold(`/v1/customers/${id}`);
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'late' }), { created: now() + 60, previous: { name: null } }),
    );
    await held.arrived;
    expect(await core.row('customers', id)).toMatchObject({ deleted: true, name: null });
    held.release();
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ deleted: true, name: null });
  });

  test('a tombstone is written also where no row was', async () => {
    const id = 'cus_never_seen';
    await core.deliver(eventOf('customer.deleted', customer(id)));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({
      deleted: true,
      data: { id, object: 'customer', deleted: true },
    });
  });

  test('a read that is overtaken by a hint does not settle the object: one more read does', async () => {
    const id = 'cus_overtaken';
    const path = `/v1/customers/${id}`;
    core.stripe.put(path, customer(id, { name: 'old' }));
    const held = core.stripe.hold(path);
    // A version that is not ours: nothing is shown, only the read counts.
    await core.deliver(eventOf('customer.created', customer(id, { name: 'old' }), { version: '2020-08-27' }));
    await held.arrived;
    core.stripe.put(path, customer(id, { name: 'new' }));
    await core.deliver(eventOf('customer.updated', customer(id, { name: 'new' }), { version: '2020-08-27' }));
    held.release();
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
    expect(core.stripe.reads.filter((read) => read === path)).toHaveLength(2);
  });

  test('a slow read whose lease ran out cannot write over what another worker proved', async () => {
    const id = 'cus_lost_lease';
    const path = `/v1/customers/${id}`;
    core.stripe.put(path, customer(id, { name: 'old' }));
    const slow = core.stripe.hold(path);
    await core.deliver(eventOf('customer.created', customer(id, { name: 'old' }), { version: '2020-08-27' }));
    await slow.arrived;
    core.stripe.put(path, customer(id, { name: 'new' }));
    await core.endLease(id);
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
    slow.release();
    await eventually(
      async () => core.logged.some((facts) => facts['id'] === id && facts['settled'] === 'lost'),
      'the slow read gives up',
    );
    expect(await core.row('customers', id)).toMatchObject({ name: 'new' });
  });

  test('a snapshot is shown before it is proven, and a read that it overtook does not write', async () => {
    const id = 'cus_shown';
    const path = `/v1/customers/${id}`;
    core.stripe.put(path, customer(id, { name: 'first' }));
    await core.deliver(eventOf('customer.created', customer(id, { name: 'first' })));
    await core.rest();
    const held = core.stripe.hold(path);
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'second' }), {
        created: now() + 5,
        previous: { name: 'first' },
      }),
    );
    expect(await core.row('customers', id)).toMatchObject({ name: 'second', proven_at: null });
    await held.arrived;
    const again = core.stripe.hold(path);
    await core.deliver(
      eventOf('customer.updated', customer(id, { name: 'third' }), {
        created: now() + 9,
        previous: { name: 'second' },
      }),
    );
    expect(await core.row('customers', id)).toMatchObject({ name: 'third', proven_at: null });
    held.release(customer(id, { name: 'second' }));
    await again.arrived;
    expect(await core.row('customers', id)).toMatchObject({ name: 'third', proven_at: null });
    core.stripe.put(path, customer(id, { name: 'third' }));
    again.release(customer(id, { name: 'third' }));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'third', proven_at: expect.any(Date) });
  });

  test.each([
    ['another value', 'cus_gap', { name: 'second' }],
    ['nothing in a hash that is not empty', 'cus_gap_in_hash', { metadata: {} }],
  ])('an update whose previous values are not what stands (%s) is left to the proof', async (_, id, previous) => {
    const path = `/v1/customers/${id}`;
    const first = customer(id, { name: 'first', metadata: { plan: 'team' } });
    core.stripe.put(path, first);
    await core.deliver(eventOf('customer.created', first));
    await core.rest();
    const held = core.stripe.hold(path);
    await core.deliver(eventOf('customer.updated', customer(id, { name: 'third' }), { created: now() + 5, previous }));
    expect(await core.row('customers', id)).toMatchObject({ name: 'first' });
    held.release(customer(id, { name: 'third' }));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'third' });
  });

  test('a subscription with 25 items is complete, and an item that is gone becomes a tombstone with its set', async () => {
    const id = 'sub_many';
    const items = Array.from({ length: 25 }, (_, index) => subscriptionItem(id, index));
    core.stripe.put(`/v1/subscriptions/${id}`, subscription(id, 25));
    for (const item of items) core.stripe.put(`/v1/subscription_items/${String(item['id'])}`, item);
    await core.deliver(eventOf('customer.subscription.created', subscription(id, 25)));
    await core.rest();
    const count = async (deleted: boolean) =>
      (
        await core.database.query(
          sql`select 1 from stripe.subscription_items where owner = ${id} and deleted = ${deleted}`,
        )
      ).length;
    expect(await count(false)).toBe(25);
    expect((await core.row('subscriptions', id))?.['data']).toMatchObject({
      items: { has_more: false, data: { length: 25 } },
    });

    core.stripe.remove(`/v1/subscription_items/${String(items[3]?.['id'])}`);
    await core.deliver(eventOf('customer.subscription.updated', subscription(id, 25)));
    await core.rest();
    expect([await count(false), await count(true)]).toEqual([24, 1]);
  });

  test('one body with a NUL among a hundred is stored with all the others', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `cus_nul_${index}`);
    for (const id of ids)
      core.stripe.put(`/v1/customers/${id}`, customer(id, { name: id === 'cus_nul_50' ? 'a\u0000b' : id }));
    const outcomes = await Promise.all(
      ids.map((id) =>
        core.deliver(eventOf('customer.created', customer(id, { name: id === 'cus_nul_50' ? 'a\u0000b' : id }))),
      ),
    );
    expect(outcomes).toEqual(ids.map(() => 'stored'));
    await core.rest();
    expect(await core.row('customers', 'cus_nul_50')).toMatchObject({ name: 'a\ufffdb' });
    expect(
      await core.database.query(
        sql`select 1 from stripe.customers where id like 'cus\_nul\_%' and proven_at is not null`,
      ),
    ).toHaveLength(100);
  });

  test('an object that cannot be read waits with its reason and holds up nobody', async () => {
    const poison = 'cus_poison';
    core.stripe.fail(`/v1/customers/${poison}`, 403, 1_000);
    await core.deliver(eventOf('customer.created', customer(poison)));
    core.stripe.put('/v1/customers/cus_neighbor', customer('cus_neighbor', { name: 'well' }));
    await core.deliver(eventOf('customer.created', customer('cus_neighbor'), { version: '2020-08-27' }));
    await eventually(
      async () => (await core.row('customers', 'cus_neighbor'))?.['name'] === 'well',
      'the neighbor is proven',
    );
    const dead = await eventually(
      async () =>
        (
          await core.database.query(sql`select * from lockstep.dirty where id = ${poison} and dead_since is not null`)
        )[0],
      'the poison is a dead letter',
    );
    expect(dead).toMatchObject({ reason: expect.stringContaining('forbidden'), token: null });
    expect(await core.engine.status()).toMatchObject({ dirty: 1, dead: 1 });

    core.stripe.fail(`/v1/customers/${poison}`, 403, 0);
    core.stripe.put(`/v1/customers/${poison}`, customer(poison, { name: 'healed' }));
    await core.deliver(eventOf('customer.updated', customer(poison)));
    await core.database.query(sql`update lockstep.dirty set due_at = now() where id = ${poison}`);
    await core.rest();
    expect(await core.row('customers', poison)).toMatchObject({ name: 'healed' });
  });

  test.each([
    ['a 500', 500],
    ['an answer that is cut off', 'cut'],
  ] as const)('%s loses no hint', async (_, failure) => {
    const id = `cus_flaky_${failure}`;
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'there' }));
    core.stripe.fail(`/v1/customers/${id}`, failure, 1);
    await core.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'there' });
  });

  test('while Stripe takes no connection, what is hinted at waits with its reason and is tried again', async () => {
    const away = await startCore({ kind });
    const id = 'cus_unreachable';
    await away.stripe.stop();
    await away.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }));
    const mark = await eventually(
      async () => (await away.database.query(sql`select * from lockstep.dirty where attempts >= 2`))[0],
      'it has been tried twice',
    );
    expect(mark).toMatchObject({ id, dead_since: null, reason: expect.stringContaining('unavailable') });
    await away.stop();
  });

  test('a Stripe that does not answer is given up in time, as one that is away', async () => {
    const path = '/v1/customers/cus_slow';
    core.stripe.put(path, customer('cus_slow'));
    const held = core.stripe.hold(path);
    const gateway = createGateway(
      {
        secretKey: 'sk_test_scripted',
        apiBase: core.stripe.url,
        limits: { ...limits.stripe, rates: { perEndpoint: 20, total: 20 }, answerMs: 500 },
      },
      { clock: systemClock },
    );
    const began = performance.now();
    const failed = await gateway.read('customer', 'cus_slow', {}).catch((error: unknown) => error);
    expect(performance.now() - began).toBeLessThan(10_000);
    held.release();
    expect(stripeFailureOf(failed)).toBe('unavailable');
  });

  test('a 429 is waited out, and however long it lasts no hint is lost', async () => {
    const id = 'cus_throttled';
    core.stripe.put(`/v1/customers/${id}`, customer(id, { name: 'there' }));
    core.stripe.fail(`/v1/customers/${id}`, 429, 2, 'rate_limit');
    await core.deliver(eventOf('customer.created', customer(id), { version: '2020-08-27' }));
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ name: 'there' });
    expect(core.stripe.reads.filter((path) => path === `/v1/customers/${id}`)).toHaveLength(3);
  });

  test('secrets reach neither inbox nor mirror', async () => {
    const intent = {
      id: 'pi_secret',
      object: 'payment_intent',
      created: now(),
      livemode: false,
      amount: 900,
      client_secret: 'pi_secret_secret_abc',
    };
    core.stripe.put('/v1/payment_intents/pi_secret', intent);
    await core.deliver(eventOf('payment_intent.created', intent));
    await core.rest();
    expect(await core.row('payment_intents', 'pi_secret')).toMatchObject({ amount: 900 });
    const everything = await core.database.query(sql`
      select body::text as text from lockstep.inbox where object_id = 'pi_secret' union all
      select data::text from stripe.payment_intents where id = 'pi_secret'`);
    expect(everything).toHaveLength(2);
    expect(JSON.stringify(everything)).not.toContain('secret_abc');
  });

  test('events of another account or mode are kept, counted and change nothing', async () => {
    await core.deliver(eventOf('customer.created', customer('cus_foreign'), { account: 'acct_other' }));
    await core.deliver(eventOf('customer.created', customer('cus_live'), { livemode: true }));
    const kept = await core.database.query(
      sql`select quarantine from lockstep.inbox where quarantine is not null order by quarantine`,
    );
    expect(kept).toEqual([{ quarantine: 'account' }, { quarantine: 'livemode' }]);
    expect(await core.row('customers', 'cus_foreign')).toBeUndefined();
    expect(await core.row('customers', 'cus_live')).toBeUndefined();
  });

  test('an event type and an object type that nobody knows are stored', async () => {
    expect(await core.deliver(eventOf('customer.reimagined', { id: 'dream_1', object: 'customer.dream' }))).toBe(
      'stored',
    );
    expect(
      await core.database.query(sql`select object_id from lockstep.inbox where type = 'customer.reimagined'`),
    ).toHaveLength(1);
  });
});
