import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/engine/config.js';
import { startEngine, type Engine } from '../../src/engine/engine.js';
import { systemClock } from '../../src/kernel/clock.js';
import { silent } from '../../src/kernel/log.js';
import type { Database } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, signed, startCore, type Core } from '../support/core.js';
import { eventually } from '../support/eventually.js';
import { startScriptedStripe, type Json, type ScriptedStripe } from '../support/scripted-stripe.js';
import { databases, openTestDatabase } from '../support/world.js';

const VERSION = '2020-08-27'; // nothing is shown: only reads count
const CONNECT_SECRET = 'whsec_connectconnectconnect';
const LIVE_SECRET = 'whsec_livelivelivelivelive';
const EU_SECRET = 'whsec_eueueueueueueueu';

describe.each(databases)('several sources in one service on %s', (kind) => {
  let database: Database;
  let engine: Engine;
  const stripes: ScriptedStripe[] = [];

  beforeAll(async () => {
    const [us, eu, live] = (stripes.push(
      await startScriptedStripe({ account: 'acct_us' }),
      await startScriptedStripe({ account: 'acct_eu' }),
      await startScriptedStripe({ account: 'acct_us' }),
    ),
    stripes) as [ScriptedStripe, ScriptedStripe, ScriptedStripe];
    database = await openTestDatabase(kind);
    const rates = { ratePerEndpoint: 5_000, rateTotal: 5_000 };
    const config = resolveConfig({
      stripeKey: 'sk_test_us11',
      stripeApiBase: us.url,
      webhookSecret: `whsec_usususususus,${CONNECT_SECRET}`,
      connect: true,
      ...rates,
      sources: [
        { stripeKey: 'sk_test_eu11', stripeApiBase: eu.url, webhookSecret: EU_SECRET, ...rates },
        { stripeKey: 'sk_live_us11', stripeApiBase: live.url, webhookSecret: LIVE_SECRET, connect: true, ...rates },
      ],
      sweepEveryMs: 0,
      sweepRecentEveryMs: 0,
      catchUpEveryMs: 0,
      users: null,
    });
    engine = await startEngine(config, { clock: systemClock, log: silent, database });
  });
  afterAll(async () => {
    await engine.stop();
    for (const stripe of stripes) await stripe.stop();
  });

  const stripe = (index: number): ScriptedStripe => stripes[index] as ScriptedStripe;
  const deliver = (event: Json, secret: string) => {
    const { body, signature } = signed(event, secret);
    return (engine.webhook as NonNullable<Engine['webhook']>).deliver(body, signature);
  };
  const rest = () =>
    eventually(async () => (await database.query(sql`select 1 from lockstep.dirty`)).length === 0, 'no mark is left');
  const rows = (table: string, id: string) =>
    database.query<Json>({
      text: `select account, livemode, name, deleted from stripe.${table} where id = $1 order by account, livemode`,
      values: [id],
    });

  test('the same coupon id in two accounts is two rows, each proven with the key of its own account', async () => {
    const coupon = (name: string) => ({ id: 'SUMMER', object: 'coupon', name, livemode: false, metadata: {} });
    stripe(0).put('/v1/coupons/SUMMER', coupon('of the US'));
    stripe(1).put('/v1/coupons/SUMMER', coupon('of the EU'));
    await deliver(eventOf('coupon.created', coupon('x'), { version: VERSION }), 'whsec_usususususus');
    await deliver(eventOf('coupon.created', coupon('x'), { version: VERSION }), EU_SECRET);
    await rest();
    expect(await rows('coupons', 'SUMMER')).toEqual([
      { account: 'acct_eu', livemode: false, name: 'of the EU', deleted: false },
      { account: 'acct_us', livemode: false, name: 'of the US', deleted: false },
    ]);
  });

  test('an event of a connected account is proven on its behalf, and its first one binds it', async () => {
    stripe(0).put('/v1/customers/cus_shop', customer('cus_shop', { name: 'of the shop' }), 'acct_shop');
    const event = eventOf('customer.created', customer('cus_shop'), { version: VERSION, account: 'acct_shop' });
    await deliver(event, CONNECT_SECRET);
    await rest();
    expect(await rows('customers', 'cus_shop')).toEqual([
      { account: 'acct_shop', livemode: false, name: 'of the shop', deleted: false },
    ]);
    expect(stripe(0).reads).toContain('acct_shop:/v1/customers/cus_shop');
    expect(
      await database.query(sql`select platform, bound_by from lockstep.sources where account = 'acct_shop'`),
    ).toEqual([{ platform: 'acct_us', bound_by: 'event' }]);
  });

  test('a thin event of a connected account, which its context names, is proven on its behalf', async () => {
    stripe(0).put('/v1/customers/cus_thin', customer('cus_thin', { name: 'of the shop' }), 'acct_shop');
    const thin = {
      ...{ id: 'evt_thin_of_shop', object: 'v2.core.event', type: 'v1.customer.updated', context: 'acct_shop' },
      ...{ created: new Date().toISOString(), livemode: false },
      related_object: { id: 'cus_thin', type: 'customer', url: '/v1/customers/cus_thin' },
    };
    await deliver(thin, CONNECT_SECRET);
    await rest();
    expect(await rows('customers', 'cus_thin')).toMatchObject([{ account: 'acct_shop', name: 'of the shop' }]);
  });

  test('an event that Stripe could not generate for a connected account leads to an object of that account', async () => {
    const id = 'evt_lost_of_shop';
    const notification = {
      ...{ id, object: 'v2.core.event', type: 'v2.core.health.event_generation_failure.resolved' },
      ...{ created: new Date().toISOString(), livemode: false },
    };
    const related = { id: 'cus_lost', type: 'customer', url: 'https://dashboard.stripe.com/customers/cus_lost' };
    const impact = { context: 'acct_shop', event_type: 'customer.updated', related_object: related };
    stripe(0).put(`/v2/core/events/${id}`, { ...notification, data: { impact } });
    stripe(0).put('/v1/customers/cus_lost', customer('cus_lost', { name: 'of the shop' }), 'acct_shop');
    await deliver(notification, 'whsec_usususususus');
    await rest();
    expect(await rows('customers', 'cus_lost')).toMatchObject([{ account: 'acct_shop', name: 'of the shop' }]);
  });

  test('an account that is not connected here is kept apart, counted, and changes no row', async () => {
    const before = (await engine.status()).quarantined;
    const event = eventOf('customer.created', customer('cus_foreign'), { account: 'acct_foreign' });
    expect(await deliver(event, EU_SECRET)).toBe('stored');
    await rest();
    expect(await rows('customers', 'cus_foreign')).toEqual([]);
    expect((await engine.status()).quarantined).toBe(before + 1);
  });

  test('a test event sent to a live Connect endpoint belongs to the test mode of the same account', async () => {
    stripe(0).put('/v1/customers/cus_mode', customer('cus_mode', { name: 'in test mode' }), 'acct_shop');
    const event = eventOf('customer.created', customer('cus_mode'), { version: VERSION, account: 'acct_shop' });
    await deliver(event, LIVE_SECRET);
    await rest();
    expect(await rows('customers', 'cus_mode')).toEqual([
      { account: 'acct_shop', livemode: false, name: 'in test mode', deleted: false },
    ]);
  });

  test('a test secret never speaks for live mode', async () => {
    const event = eventOf('customer.created', customer('cus_forged'), { livemode: true });
    expect(await deliver(event, 'whsec_usususususus')).toBe('stored');
    await rest();
    expect(await rows('customers', 'cus_forged')).toEqual([]);
    expect(await database.query(sql`select quarantine from lockstep.inbox where object_id = 'cus_forged'`)).toEqual([
      { quarantine: 'livemode' },
    ]);
  });

  test('reading /v1/events reads those of every source, the connected ones on their behalf', async () => {
    const polled = (id: string) => eventOf('customer.created', customer(id), { id: `evt_of_${id}`, version: VERSION });
    for (const [index, id, connected] of [
      [1, 'cus_polled_eu'],
      [0, 'cus_polled_shop', 'acct_shop'],
    ] as const) {
      stripe(index).put(`/v1/events/evt_of_${id}`, polled(id), connected);
      stripe(index).put(`/v1/customers/${id}`, customer(id, { name: 'polled' }), connected);
    }
    expect(await engine.poll()).toBe(2);
    await rest();
    expect(await rows('customers', 'cus_polled_eu')).toMatchObject([{ account: 'acct_eu', name: 'polled' }]);
    expect(await rows('customers', 'cus_polled_shop')).toMatchObject([{ account: 'acct_shop', name: 'polled' }]);
  });

  test('a sweep lists every source, the connected ones on their behalf', async () => {
    stripe(1).put('/v1/products/prod_1', { id: 'prod_1', object: 'product', name: 'of the EU', livemode: false });
    stripe(0).put(
      '/v1/products/prod_1',
      { id: 'prod_1', object: 'product', name: 'of the shop', livemode: false },
      'acct_shop',
    );
    await engine.sweep(['product']);
    await rest();
    expect(await rows('products', 'prod_1')).toEqual([
      { account: 'acct_eu', livemode: false, name: 'of the EU', deleted: false },
      { account: 'acct_shop', livemode: false, name: 'of the shop', deleted: false },
    ]);
  });
});

test('a mark of an account whose key another process has is left to it', async () => {
  const core: Core = await startCore({ kind: 'PostgreSQL' });
  await core.database.query(sql`
    insert into lockstep.sources (account, livemode, platform, bound_by) values ('acct_else', false, 'acct_else', 'key')`);
  await core.database.query(sql`
    insert into lockstep.dirty (account, livemode, type, id, hinted_at, due_at, gen, first_gen)
    values ('acct_else', false, 'customer', 'cus_else', now(), now(), 1, 1)`);
  core.stripe.put('/v1/customers/cus_mine', customer('cus_mine'));
  await core.deliver(eventOf('customer.created', customer('cus_mine'), { version: VERSION }));
  await eventually(
    async () => (await core.row('customers', 'cus_mine'))?.['proven_at'] != null,
    'the object of our own account is proven',
  );
  expect(core.stripe.reads).not.toContain('/v1/customers/cus_else');
  expect(await core.database.query(sql`select token, attempts from lockstep.dirty where id = 'cus_else'`)).toEqual([
    { token: null, attempts: 0 },
  ]);
  await core.stop();
}, 120_000);
