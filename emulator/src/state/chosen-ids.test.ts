import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Rig } from '../../test/rig.js';
import { refusal, startRig } from '../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterEach(() => rig.emulator.reset());
afterAll(() => rig.stop());

const json = { 'content-type': 'application/json' };

it('the next customer gets the chosen id, and the one after it a random one', async () => {
  rig.emulator.nextIds('cus_ada', 'prod_tea');
  expect((await rig.stripe.customers.create({ name: 'Ada' })).id).toBe('cus_ada');
  expect((await rig.stripe.customers.create()).id).toMatch(/^cus_\w{14}$/);
  expect((await rig.stripe.products.create({ name: 'Tea' })).id).toBe('prod_tea');
  expect(await rig.stripe.customers.retrieve('cus_ada')).toMatchObject({ name: 'Ada' });
  const { data } = await rig.stripe.events.list({ type: 'customer.created' });
  expect(data.map(({ data: { object } }) => (object as { id?: string }).id)).toContain('cus_ada');
});

it('ids are given in the order of choosing, each to its type, also to what is made on the way', async () => {
  const { stripe, emulator } = rig;
  emulator.nextIds('sub_sched_one', 'sub_one', 'in_one', 'cus_one', 'cus_two', 'evt_one');
  const one = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const two = await stripe.customers.create();
  expect([one.id, two.id]).toEqual(['cus_one', 'cus_two']);
  expect((await stripe.events.retrieve('evt_one')).object).toBe('event');
  const product = await stripe.products.create({ name: 'Pro' });
  const recurring = { interval: 'month' } as const;
  const price = await stripe.prices.create({ currency: 'usd', unit_amount: 500, recurring, product: product.id });
  const items = [{ price: price.id }];
  const subscription = await stripe.subscriptions.create({ customer: one.id, items });
  expect([subscription.id, subscription.latest_invoice]).toEqual(['sub_one', 'in_one']);
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
  expect(schedule.id).toBe('sub_sched_one');
});

it('a request that fails uses none', async () => {
  const { stripe, emulator } = rig;
  emulator.nextIds('cus_ada', 'sub_first');
  await refusal(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }));
  expect((await stripe.customers.create()).id).toBe('cus_ada');
  await refusal(stripe.subscriptions.create({ customer: 'cus_ada', items: [{ price: 'price_none' }] }));
  const product = await stripe.products.create({ name: 'Pro' });
  const recurring = { interval: 'month' } as const;
  const price = await stripe.prices.create({ currency: 'usd', unit_amount: 500, recurring, product: product.id });
  const subscription = await stripe.subscriptions.create({
    customer: 'cus_ada',
    items: [{ price: price.id }],
    trial_period_days: 3,
  });
  expect(subscription.id).toBe('sub_first');
});

it('an id that is taken, chosen twice, or of no type is refused, and nothing is chosen', async () => {
  rig.emulator.nextIds('cus_ada');
  await rig.stripe.customers.create();
  await rig.stripe.customers.del('cus_ada');
  expect(() => rig.emulator.nextIds('cus_new', 'cus_ada')).toThrow('The id cus_ada is taken');
  expect(() => rig.emulator.nextIds('cus_new', 'cus_new')).toThrow('The id cus_new is chosen already');
  for (const id of ['customer_ada', 'cus', 'cus_', 'cus_a-b', 'ada']) {
    expect(() => rig.emulator.nextIds(id), id).toThrow(`"${id}" does not begin as the id of any type`);
  }
  expect((await rig.stripe.customers.create()).id).not.toBe('cus_new');
  rig.emulator.nextIds('cus_bea');
  rig.emulator.reset();
  expect((await rig.stripe.customers.create()).id).not.toBe('cus_bea');
});

it('is POST /_emulator/ids for tests in other languages, in the namespace that is asked', async () => {
  const refused = await rig.call('POST', '/_emulator/ids', '{"ids":["ada"]}', json);
  expect([refused.status, refused.body.error?.['code']]).toEqual([400, 'request_invalid']);
  const there = { ...json, 'lockstep-namespace': 'ada' };
  expect((await rig.call('POST', '/_emulator/ids', '{"ids":["cus_ada"]}', there)).body).toEqual({ ids: ['cus_ada'] });
  expect((await rig.stripe.customers.create()).id).not.toBe('cus_ada');
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'lockstep-namespace': 'ada' };
  expect((await rig.call('POST', '/v1/customers', 'name=Ada', form)).body['id']).toBe('cus_ada');
});
