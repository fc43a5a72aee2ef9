import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIdSet } from '../../src/listing/id-set.js';
import { plainlyListed, plans } from '../../src/listing/plan.js';
import type { Operations } from '../../src/engine/operations.js';
import { sql } from '../../src/store/sql.js';
import { customer, eventOf, startCore, subscription, subscriptionItem, type Core } from '../support/core.js';
import type { Json } from '../support/scripted-stripe.js';
import { databases, startWorld } from '../support/world.js';

const list = (data: Json[], hasMore = false): Json => ({ object: 'list', data, has_more: hasMore, url: '' });

describe('how each type is listed', () => {
  test('76 types are listed whole, and 26 below their parents or as a whole and below them', () => {
    expect(plainlyListed).toHaveLength(76);
    expect(plans.filter((plan) => plan.kind === 'list' && plan.perParent)).toHaveLength(26);
    expect(plainlyListed).toEqual(expect.arrayContaining(['customer', 'subscription', 'price', 'invoice', 'coupon']));
  });

  test('canceled subscriptions, inactive prices and the tax ids of customers are asked for', () => {
    const of = (type: string) => plans.find((plan) => plan.type === type);
    expect(of('subscription')).toMatchObject({ ways: [{ passes: [{ status: 'all' }] }] });
    expect(of('price')).toMatchObject({ ways: [{ passes: [{ active: 'true' }, { active: 'false' }] }] });
    expect(of('tax_id')).toMatchObject({
      ways: [{ parent: null }, { parent: { type: 'customer', in: 'path', name: 'customer' } }],
    });
    expect(of('card')).toMatchObject({ ways: [{ parent: { type: 'account' } }, { parent: { type: 'customer' } }] });
    expect(of('issuing.token')).toMatchObject({
      ways: [{ parent: { type: 'issuing.card', in: 'query', name: 'card' } }],
    });
  });
});

test('a set of ids finds what was added and nothing else, in 300,000 of them', () => {
  const ids = createIdSet(7);
  const nameOf = (n: number): string => `sub_${(n * 2_654_435_761).toString(36)}`;
  for (let n = 0; n < 300_000; n += 1) ids.add(nameOf(n));
  expect(ids.size).toBe(300_000);
  let wrong = 0;
  for (let n = 0; n < 300_000; n += 1) {
    if (!ids.has(nameOf(n))) wrong += 1;
    if (ids.has(nameOf(n + 300_000))) wrong += 1;
  }
  expect(wrong).toBe(0);
});

describe.each(databases)('backfill on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
  });
  afterAll(() => core.stop());
  const count = async (table: string, where = 'true') => {
    const [row] = await core.database.query<{ count: number }>({
      text: `select count(*) as count from stripe.${table} where ${where}`,
      values: [],
    });
    return row?.count;
  };
  const outcome = async (...types: string[]) =>
    (await core.engine.operations.backfill({ types })).map(({ type, outcome: how, listed }) => ({ type, how, listed }));

  test('reads every object of a type into the mirror, proven, page by page', async () => {
    for (let n = 0; n < 250; n += 1)
      core.stripe.put(`/v1/products/prod_${n}`, { id: `prod_${n}`, object: 'product', name: `P${n}` });
    expect(await outcome('product')).toEqual([{ type: 'product', how: 'done', listed: 250 }]);
    expect(await count('products', 'proven_at is not null')).toBe(250);
    expect(core.stripe.reads.filter((path) => path.startsWith('/v1/products/'))).toEqual([]);
  });

  test('resumes at the page where it was interrupted', async () => {
    for (let n = 0; n < 350; n += 1)
      core.stripe.put(`/v1/coupons/c${n}`, { id: `c${n}`, object: 'coupon', name: `C${n}`, metadata: {} });
    const interrupt = new AbortController();
    const first = await core.engine.operations.backfill(
      { types: ['coupons'] },
      (news) => {
        if ('progress' in news && news.progress.listed >= 200) interrupt.abort();
      },
      interrupt.signal,
    );
    expect(first).toMatchObject([{ outcome: 'stopped' }]);
    const before = core.stripe.reads.length;
    let resumed = false;
    const second = await core.engine.operations.backfill({ types: ['coupon'] }, (news) => {
      if ('progress' in news) resumed ||= news.progress.resumed;
    });
    expect(second).toMatchObject([{ outcome: 'done', listed: 350 }]);
    expect(resumed).toBe(true);
    expect(core.stripe.reads.slice(before).filter((path) => path === '/v1/coupons').length).toBeLessThanOrEqual(2);
    expect(await count('coupons')).toBe(350);
  });

  test('goes on where the last object of a page was deleted before the next was asked for', async () => {
    for (let n = 0; n < 250; n += 1)
      core.stripe.put(`/v1/plans/plan_${n}`, { id: `plan_${n}`, object: 'plan', amount: n });
    const deleted: string[] = [];
    const done = await core.engine.operations.backfill({ types: ['plan'] }, (news) => {
      if (!('progress' in news) || deleted.length > 0) return;
      for (let n = 0; n < 250; n += 1) {
        // The end of the first page, and what may have been read ahead.
        if ((n >= 145 && n <= 152) || n === 50) {
          core.stripe.remove(`/v1/plans/plan_${n}`);
          deleted.push(`plan_${n}`);
        }
      }
    });
    expect(done).toMatchObject([{ outcome: 'done' }]);
    const standing = await core.database.query<{ id: string }>(sql`select id from stripe.plans`);
    const ids = new Set(standing.map(({ id }) => id));
    for (let n = 0; n < 250; n += 1) if (!deleted.includes(`plan_${n}`)) expect(ids.has(`plan_${n}`)).toBe(true);
  });

  test('asks for what is below a parent, parent by parent, and reads its address there', async () => {
    for (const id of ['cus_p1', 'cus_p2']) {
      core.stripe.put(`/v1/customers/${id}`, customer(id));
      core.stripe.put(
        `/v1/customers/${id}/balance_transactions`,
        list([{ id: `cbtxn_${id}`, object: 'customer_balance_transaction', customer: id, amount: 100 }]),
      );
    }
    expect(await outcome('customer', 'customer_balance_transaction')).toEqual([
      { type: 'customer', how: 'done', listed: 2 },
      { type: 'customer_balance_transaction', how: 'done', listed: 2 },
    ]);
    expect(await count('customer_balance_transactions', 'amount = 100')).toBe(2);
  });

  test('reads what an account has one of, and what each customer has one of', async () => {
    core.stripe.put('/v1/balance', { object: 'balance', livemode: false, available: [] });
    core.stripe.put('/v1/customers/cus_p1/cash_balance', {
      object: 'cash_balance',
      customer: 'cus_p1',
      livemode: false,
    });
    await outcome('balance', 'cash_balance');
    expect(await core.row('balances', 'balance')).toMatchObject({ proven_at: expect.any(Date) });
    expect(await core.row('cash_balances', 'cus_p1')).toMatchObject({ proven_at: expect.any(Date) });
  });

  test('a type that the account is not set up for is a note; one that has rows and cannot be listed any more is an alarm', async () => {
    core.stripe.fail('/v1/issuing/cards', 400, 9);
    expect(await outcome('issuing.card')).toEqual([{ type: 'issuing.card', how: 'not_available', listed: 0 }]);
    core.stripe.fail('/v1/products', 403, 9);
    expect(await outcome('product')).toEqual([{ type: 'product', how: 'lost', listed: 0 }]);
    expect(core.logged).toContainEqual(expect.objectContaining({ event: 'backfill.lost', type: 'product' }));
  });

  test('a Stripe that is away leaves it where it was, to go on from there', async () => {
    core.stripe.fail('/v1/refunds', 500, 1);
    core.stripe.put('/v1/refunds/re_1', { id: 're_1', object: 'refund', amount: 5 });
    expect(await outcome('refund')).toEqual([{ type: 'refund', how: 'failed', listed: 0 }]);
    expect(await outcome('refund')).toEqual([{ type: 'refund', how: 'done', listed: 1 }]);
  });

  test.each([
    ['an answer that is cut off', () => core.stripe.fail('/v1/topups', 'cut', 1_000)],
    ['an answer that is not a list', () => core.stripe.put('/v1/topups', { message: 'from a proxy' })],
  ])('%s is not taken for an empty list', async (_, spoil) => {
    core.stripe.put('/v1/topups/tu_1', { id: 'tu_1', object: 'topup', amount: 5 });
    expect(await outcome('topup')).toMatchObject([{ how: 'done' }]);
    spoil();
    expect(await outcome('topup')).toEqual([{ type: 'topup', how: 'failed', listed: 0 }]);
    await expect(core.engine.sweep(['topup'])).rejects.toThrow();
    core.stripe.fail('/v1/topups', 'cut', 0);
    core.stripe.remove('/v1/topups');
    await core.rest();
    expect(await core.row('topups', 'tu_1')).toMatchObject({ deleted: false });
  });

  test('an object that is listed as deleted becomes a tombstone, once', async () => {
    const id = 'tmr_stub';
    const path = `/v1/terminal/readers/${id}`;
    const stub = { id, object: 'terminal.reader', deleted: true };
    core.stripe.put(path, stub);
    core.stripe.put('/v1/terminal/readers', list([stub]));
    expect(await outcome('terminal.reader')).toMatchObject([{ how: 'done', listed: 1 }]);
    await core.rest();
    expect(await core.row('terminal_readers', id)).toMatchObject({ deleted: true, proven_at: expect.any(Date) });
    expect(await core.engine.sweep(['terminal.reader'])).toMatchObject({ found: 0 });
    expect(core.stripe.reads.filter((read) => read === path)).toHaveLength(1);
  });

  test('several types are listed at once, and no more than asked for', async () => {
    const paths = ['/v1/payouts', '/v1/disputes', '/v1/files'];
    const held = paths.map((path) => core.stripe.hold(path));
    const before = core.stripe.reads.length;
    const running = core.engine.operations.backfill({ types: ['payout', 'dispute', 'file'], concurrency: 2 });
    await Promise.all(held.slice(0, 2).map(({ arrived }) => arrived));
    expect(core.stripe.reads.slice(before).sort()).toEqual(['/v1/disputes', '/v1/payouts']);
    for (const one of held) one.release();
    expect(await running).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }, { outcome: 'done' }]);
  });

  test('a customer deleted while the listing that shows it is on its way stays deleted', async () => {
    const id = 'cus_crossed';
    core.stripe.put(`/v1/customers/${id}`, customer(id));
    const page = core.stripe.hold('/v1/customers');
    const running = outcome('customer');
    await page.arrived;
    core.stripe.put(`/v1/customers/${id}`, { id, object: 'customer', deleted: true });
    await core.deliver(eventOf('customer.deleted', customer(id)));
    await core.rest();
    page.release();
    await running;
    await core.rest();
    expect(await core.row('customers', id)).toMatchObject({ deleted: true });
  });
});

test('canceled subscriptions, inactive prices and the tax ids of customers are read from a Stripe that hides them', async () => {
  const world = await startWorld({ kind: 'PGlite', deliver: false });
  const { stripe, engine, database } = world;
  const product = await stripe.products.create({ name: 'Plan' });
  const price = { product: product.id, currency: 'usd', recurring: { interval: 'month' }, unit_amount: 0 } as const;
  const [active, inactive] = [
    await stripe.prices.create(price),
    await stripe.prices.create({ ...price, active: false }),
  ];
  const { id: customerId } = await stripe.customers.create({ name: 'Ada' });
  const taxId = await stripe.customers.createTaxId(customerId, { type: 'eu_vat', value: 'DE123456789' });
  const { id: subscriptionId } = await stripe.subscriptions.create({
    customer: customerId,
    items: [{ price: active.id }],
  });
  await stripe.subscriptions.cancel(subscriptionId);
  await engine.operations.backfill({ types: ['customer', 'price', 'subscription', 'tax_id'] });
  await engine.drain();
  const rows = await database.query(sql`
    select id, active::text as is from stripe.prices union all select id, status from stripe.subscriptions
    union all select id, customer from stripe.tax_ids order by id`);
  expect(rows).toEqual(
    [
      { id: active.id, is: 'true' },
      { id: inactive.id, is: 'false' },
      { id: subscriptionId, is: 'canceled' },
      { id: taxId.id, is: customerId },
    ].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  await world.stop();
}, 120_000);

test('what each customer has one of is missed only where something is in it', async () => {
  const world = await startWorld({ kind: 'PGlite', deliver: false });
  const { stripe, engine } = world;
  const { product } = await stripe.prices.create({
    ...{ currency: 'usd', unit_amount: 0, recurring: { interval: 'month' }, product_data: { name: 'Pro' } },
  });
  const feature = await stripe.entitlements.features.create({ name: 'SSO', lookup_key: 'sso' });
  await stripe.products.createFeature(product as string, { entitlement_feature: feature.id });
  const { id: customerId } = await stripe.customers.create({ name: 'Ada' });
  await engine.operations.backfill({ types: ['customer'] });
  const types = ['entitlements.active_entitlement_summary'];
  const verify = (repair: boolean) => engine.operations.verify({ types, repair, graceMs: 0 });
  expect(await verify(false)).toMatchObject({ outcome: 'in_step', types: [{ rows: 1, missing: 0 }] });
  const [price] = (await stripe.prices.list({ product: product as string })).data;
  await stripe.subscriptions.create({ customer: customerId, items: [{ price: String(price?.id) }] });
  expect(await verify(true)).toMatchObject({ outcome: 'drift', types: [{ missing: 1, repaired: 1 }] });
  expect(await verify(false)).toMatchObject({ outcome: 'in_step' });
  await world.stop();
}, 120_000);

describe.each(databases)('verify on %s', (kind) => {
  let core: Core;
  beforeAll(async () => {
    core = await startCore({ kind });
    for (let n = 0; n < 30; n += 1) core.stripe.put(`/v1/customers/cus_${n}`, customer(`cus_${n}`, { name: `N${n}` }));
    for (let n = 0; n < 3; n += 1) {
      const item = subscriptionItem('sub_v', n);
      core.stripe.put(`/v1/subscription_items/${String(item['id'])}`, item);
    }
    core.stripe.put('/v1/subscriptions/sub_v', subscription('sub_v', 3));
    await core.engine.operations.backfill({ types: ['customer', 'subscription'] });
  });
  afterAll(() => core.stop());
  const verify = (repair: boolean, ...types: string[]) =>
    core.engine.operations.verify({
      types: types.length === 0 ? ['customer', 'subscription'] : types,
      repair,
      graceMs: 0,
    });

  test('says in step, with the moment of which it is known, and keeps that proof', async () => {
    const report = await verify(false);
    expect(report).toMatchObject({
      outcome: 'in_step',
      types: [
        { type: 'customer', rows: 30, missing: 0, extra: 0, different: 0, provenAt: expect.any(Date) },
        { type: 'subscription', rows: 1, missing: 0, extra: 0, different: 0, provenAt: expect.any(Date) },
      ],
    });
    const [proof] = await core.database.query<{ at: Date }>(sql`
      select max(began_at) as at from lockstep.sweeps where type = 'customer' and finished_at is not null`);
    expect(proof?.at).toEqual(report.types[0]?.provenAt);
  });

  test('finds a row changed, deleted and invented, changes nothing by itself, and repairs when asked', async () => {
    await core.database.query(
      sql`update stripe.customers set data = jsonb_set(data, '{name}', '"Forged"') where id = 'cus_1'`,
    );
    await core.database.query(sql`delete from stripe.customers where id = 'cus_2'`);
    await core.database.query(sql`
      insert into stripe.customers (account, livemode, id, data, proven_at, as_of)
      select account, livemode, 'cus_invented', jsonb_set(data, '{id}', '"cus_invented"'), proven_at, as_of from stripe.customers where id = 'cus_3'`);
    const drift = { type: 'customer', missing: 1, extra: 1, different: 1 };
    expect(await verify(false, 'customer')).toMatchObject({
      outcome: 'drift',
      types: [{ ...drift, repaired: 0, provenAt: null }],
    });
    expect(await core.row('customers', 'cus_1')).toMatchObject({ name: 'Forged' });
    expect(await verify(true, 'customer')).toMatchObject({
      outcome: 'drift',
      types: [{ ...drift, repaired: 3, provenAt: expect.any(Date) }],
    });
    expect(await core.row('customers', 'cus_1')).toMatchObject({ name: 'N1' });
    expect(await core.row('customers', 'cus_2')).toMatchObject({ name: 'N2' });
    expect(await core.row('customers', 'cus_invented')).toMatchObject({ deleted: true });
    expect(await verify(false, 'customer')).toMatchObject({ outcome: 'in_step' });
  });

  test.each([
    [
      'changed',
      sql`update stripe.subscription_items set data = jsonb_set(data, '{quantity}', '99') where owner = 'sub_v' and id like '%_0'`,
    ],
    ['deleted', sql`delete from stripe.subscription_items where owner = 'sub_v' and id like '%_1'`],
    ['buried', sql`update stripe.subscription_items set deleted = true where owner = 'sub_v' and id like '%_1'`],
    [
      'invented',
      sql`insert into stripe.subscription_items (account, livemode, owner, id, data, proven_at, as_of)
        select account, livemode, owner, 'si_invented', data, proven_at, as_of from stripe.subscription_items where id like '%sub_v_0'`,
    ],
  ])('finds an item %s in its own table, though the subscription is as it was', async (_, tamper) => {
    await core.database.query(tamper);
    expect(await verify(true, 'subscription')).toMatchObject({
      outcome: 'drift',
      types: [{ different: 1, repaired: 1 }],
    });
    expect(await verify(false, 'subscription')).toMatchObject({ outcome: 'in_step' });
  });

  test('finds an item whose subscription is not there', async () => {
    await core.database.query(sql`
      insert into stripe.subscription_items (account, livemode, owner, id, data, proven_at, as_of)
      select account, livemode, 'sub_nowhere', 'si_orphan', data, proven_at, as_of from stripe.subscription_items where id like '%sub_v_0'`);
    expect(await verify(true, 'subscription')).toMatchObject({ types: [{ extra: 1, repaired: 1 }] });
    expect(await verify(false, 'subscription')).toMatchObject({ outcome: 'in_step' });
  });

  test('a change whose event is still on its way is not drift', async () => {
    core.stripe.put('/v1/customers/cus_5', customer('cus_5', { name: 'just changed' }));
    const running = core.engine.operations.verify({ types: ['customer'], repair: false, graceMs: 1_500 });
    await core.deliver(eventOf('customer.updated', customer('cus_5'), { version: '2020-08-27' }));
    expect(await running).toMatchObject({ outcome: 'in_step' });
  });

  test('what changes at every look is not compared', async () => {
    const charge = { id: 'ch_1', object: 'charge', amount: 5, receipt_url: 'https://one' };
    core.stripe.put('/v1/charges/ch_1', charge);
    await core.engine.operations.backfill({ types: ['charge'] });
    core.stripe.put('/v1/charges/ch_1', { ...charge, receipt_url: 'https://another' });
    expect(await verify(false, 'charge')).toMatchObject({ outcome: 'in_step' });
    core.stripe.put('/v1/charges/ch_1', { ...charge, amount: 6 });
    expect(await verify(true, 'charge')).toMatchObject({ outcome: 'drift', types: [{ different: 1, repaired: 1 }] });
  });

  test('a type that cannot be listed though there are rows of it is not proven', async () => {
    core.stripe.fail('/v1/charges', 403, 1);
    expect(await verify(false, 'charge')).toMatchObject({
      outcome: 'unproven',
      types: [{ provenAt: null, note: 'no_permission' }],
    });
    core.stripe.fail('/v1/charges', 500, 4); // as often as it is asked
    expect(await verify(false, 'charge')).toMatchObject({
      outcome: 'unproven',
      types: [{ note: 'Stripe returned 500 while listing charges (req_scripted). Run it again.' }],
    });
  });

  test.each(['before it began', 'between two types'])(
    'a comparison that was ended %s is not called in step',
    async (when) => {
      const interrupt = new AbortController();
      if (when === 'before it began') interrupt.abort();
      const report = await core.engine.operations.verify(
        { types: ['customer', 'subscription'], repair: false, graceMs: 0 },
        (news) => {
          if ('verified' in news) interrupt.abort();
        },
        interrupt.signal,
      );
      expect(report.outcome).toBe('unproven');
      expect(report.types.filter(({ provenAt }) => provenAt === null)).toMatchObject(
        (when === 'before it began' ? ['customer', 'subscription'] : ['subscription']).map((type) => ({
          type,
          note: 'stopped',
        })),
      );
    },
  );

  test('an object that cannot be looked at again is named, and everything else is compared', async () => {
    core.stripe.put('/v1/customers/cus_6', customer('cus_6', { name: 'changed, and nobody said so' }));
    core.stripe.fail('/v1/customers/cus_6', 500, 4);
    const before = core.stripe.reads.length;
    expect(await verify(false)).toMatchObject({
      outcome: 'unproven',
      types: [
        { type: 'subscription', provenAt: expect.any(Date) },
        { type: 'customer', provenAt: null, note: null, notChecked: [{ type: 'customer', id: 'cus_6' }] },
      ],
    });
    // Everything is listed before anything is looked at again: the grace is waited for once.
    const reads = core.stripe.reads.slice(before);
    expect(reads.indexOf('/v1/subscriptions')).toBeLessThan(reads.indexOf('/v1/customers/cus_6'));
    const interrupt = new AbortController();
    const ask = { types: ['customer', 'subscription'], repair: false };
    const { types } = await core.engine.operations.verify(
      ask,
      (news) => 'verified' in news && interrupt.abort(),
      interrupt.signal,
    );
    expect(types).toMatchObject([{ type: 'subscription' }, { type: 'customer', provenAt: null, note: 'stopped' }]);
    expect(await verify(true)).toMatchObject({ types: [{}, { different: 1, repaired: 1 }] });
  });

  test('what Stripe will not let us read is named, and the type is not called proven', async () => {
    core.stripe.put('/v1/disputes/dp_1', { id: 'dp_1', object: 'dispute', amount: 5 });
    core.stripe.fail('/v1/disputes/dp_1', 403, 9);
    await core.deliver(eventOf('charge.dispute.created', { id: 'dp_1', object: 'dispute' }, { version: '2020-08-27' }));
    const letters = await waitForLetters(core);
    expect(letters).toMatchObject([{ type: 'dispute', id: 'dp_1', reason: expect.stringContaining('forbidden') }]);
    expect(await verify(false, 'dispute')).toMatchObject({
      outcome: 'unproven',
      types: [{ provenAt: null, note: expect.stringContaining('lockstep dead') }],
    });
    core.stripe.fail('/v1/disputes/dp_1', 403, 0);
    expect(await core.engine.operations.dead.show({ id: 'dp_1' })).toMatchObject([
      { events: [{ type: 'charge.dispute.created' }] },
    ]);
    expect(await core.engine.operations.dead.retry({})).toBe(1);
    await core.rest();
    expect(await core.row('disputes', 'dp_1')).toMatchObject({ amount: 5 });
    expect(await verify(false, 'dispute')).toMatchObject({ outcome: 'in_step' });
  });

  test('replay proves anew what stored events were about, by id, by time and by type', async () => {
    const replay: Operations['replay'] = (ask) => core.engine.operations.replay(ask);
    core.stripe.put('/v1/customers/cus_replayed', customer('cus_replayed', { name: 'first' }));
    const event = eventOf('customer.created', customer('cus_replayed'), { version: '2020-08-27', id: 'evt_replayed' });
    await core.deliver(event);
    await core.rest();
    core.stripe.put('/v1/customers/cus_replayed', customer('cus_replayed', { name: 'second' }));
    expect(await replay({ event: 'evt_replayed' })).toEqual({ events: 1, hinted: 1 });
    await core.rest();
    expect(await core.row('customers', 'cus_replayed')).toMatchObject({ name: 'second' });
    expect(await replay({ since: new Date(Date.now() + 60_000) })).toEqual({ events: 0, hinted: 0 });
    expect((await replay({ type: 'customer.*' })).events).toBeGreaterThanOrEqual(2);
    core.stripe.put('/v1/customers/cus_unheard', customer('cus_unheard', { name: 'heard' }));
    core.stripe.put(
      '/v1/events/evt_unheard',
      eventOf('customer.created', customer('cus_unheard'), { id: 'evt_unheard' }),
    );
    expect(await replay({ event: 'evt_unheard' })).toEqual({ events: 1, hinted: 1 });
    await core.rest();
    expect(await core.row('customers', 'cus_unheard')).toMatchObject({ name: 'heard' });
    await expect(replay({ event: 'evt_nowhere' })).rejects.toMatchObject({ code: 'event_not_found' });
  });
});

async function waitForLetters(core: Core) {
  const { eventually } = await import('../support/eventually.js');
  return eventually(async () => {
    const letters = await core.engine.operations.dead.list({});
    return letters.length > 0 ? letters : undefined;
  }, 'a dead letter is listed');
}
