import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(async () => rig.stop());

const monthly = { currency: 'usd', unit_amount: 1500, recurring: { interval: 'month' } } as const;
const names = async (): Promise<string[]> =>
  (await rig.stripe.events.list({ limit: 100 })).data.map(({ type }) => type);

describe('customers', () => {
  test('an update’s event carries the old values of exactly what changed', async () => {
    const { id } = await rig.stripe.customers.create({
      name: 'Ada',
      metadata: { a: '1', b: '2' },
      address: { city: 'London' },
    });
    await rig.stripe.customers.update(id, { name: 'Grace', metadata: { a: '', c: '3' } });
    const [, updated] = await eventsOf(rig.stripe, id);
    expect(updated).toMatchObject({
      type: 'customer.updated',
      data: { object: { name: 'Grace', metadata: { b: '2', c: '3' } } },
      request: { id: expect.stringMatching(/^req_/) as string, idempotency_key: expect.any(String) as string },
    });
    expect(updated?.data.previous_attributes).toEqual({ name: 'Ada', metadata: { a: '1', c: null } });
  });

  test('an event names the request that caused it, and the idempotency key of that', async () => {
    const made = await rig.stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'mine' });
    const [created] = await eventsOf(rig.stripe, made.id);
    expect(created?.request).toEqual({ id: made.lastResponse.requestId, idempotency_key: 'mine' });
  });

  test('an update that changes nothing makes no event', async () => {
    const { id } = await rig.stripe.customers.create({ name: 'Ada', metadata: { a: '1' } });
    await rig.stripe.customers.update(id, { name: 'Ada', metadata: { a: '1' } });
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual(['customer.created']);
  });

  test('an event shows the state of its moment, whatever came later', async () => {
    const { id } = await rig.stripe.customers.create({ name: 'first' });
    await rig.stripe.customers.update(id, { name: 'second' });
    await rig.stripe.customers.update(id, { name: 'third' });
    const seen = (await eventsOf(rig.stripe, id)).map(({ data }) => (data.object as { name?: string }).name);
    expect(seen).toEqual(['first', 'second', 'third']);
  });

  test('metadata is cleared as a whole by an empty value', async () => {
    const { id } = await rig.stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect((await rig.stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  test('a deleted customer answers as deleted, is in no list, and ends its subscriptions', async () => {
    const { id } = await rig.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await rig.stripe.prices.create({ ...monthly, product_data: { name: 'Pro' } });
    const subscription = await rig.stripe.subscriptions.create({ customer: id, items: [{ price: price.id }] });
    expect(await rig.stripe.customers.del(id)).toMatchObject({ id, object: 'customer', deleted: true });
    expect(await rig.stripe.customers.retrieve(id)).toEqual(expect.objectContaining({ id, deleted: true }));
    expect((await rig.stripe.customers.list()).data).toEqual([]);
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect((await refusal(rig.stripe.customers.update(id, { name: 'x' }))).code).toBe('resource_missing');
    expect((await names()).slice(0, 2)).toEqual(['customer.deleted', 'customer.subscription.deleted']);
  });
});

describe('payment methods', () => {
  test('a magic id becomes a new one when attached', async () => {
    const { id } = await rig.stripe.customers.create();
    const method = await rig.stripe.paymentMethods.attach('pm_card_mastercard', { customer: id });
    expect(method).toMatchObject({ customer: id, card: { brand: 'mastercard', last4: '4444' } });
    expect(method.id).not.toBe('pm_card_mastercard');
    expect((await rig.stripe.customers.listPaymentMethods(id)).data.map((row) => row.id)).toEqual([method.id]);
    expect((await rig.stripe.paymentMethods.list({ customer: id, type: 'card' })).data).toHaveLength(1);
  });

  test('a detached one is no longer the customer’s default, and cannot be attached again', async () => {
    const { id } = await rig.stripe.customers.create();
    const method = await rig.stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    await rig.stripe.customers.update(id, { invoice_settings: { default_payment_method: method.id } });
    expect((await rig.stripe.paymentMethods.detach(method.id)).customer).toBeNull();
    expect(await rig.stripe.customers.retrieve(id)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    expect((await refusal(rig.stripe.paymentMethods.attach(method.id, { customer: id }))).statusCode).toBe(400);
  });

  test('a card that banks refuse is refused when saved', async () => {
    const { id } = await rig.stripe.customers.create();
    const error = await refusal(rig.stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: id }));
    expect(error).toMatchObject({
      statusCode: 402,
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'generic_decline',
    });
  });

  test('an invalid card number is refused', async () => {
    const card = { number: '4242424242424241', exp_month: 12, exp_year: 2040, cvc: '123' };
    expect(await refusal(rig.stripe.paymentMethods.create({ type: 'card', card }))).toMatchObject({
      statusCode: 402,
      code: 'incorrect_number',
    });
  });
});

describe('products and prices', () => {
  test('a product with its price is created whole, with the events of product, price and plan', async () => {
    const product = await rig.stripe.products.create({ name: 'Pro', default_price_data: monthly });
    expect((await names()).sort()).toEqual(['plan.created', 'price.created', 'product.created']);
    const [created] = await eventsOf(rig.stripe, product.id);
    expect(created?.data.object).toMatchObject({ default_price: product.default_price });
  });

  test('a product can be deleted only without prices, and is then a 404', async () => {
    const used = await rig.stripe.products.create({ name: 'used', default_price_data: monthly });
    const free = await rig.stripe.products.create({ name: 'free' });
    expect((await refusal(rig.stripe.products.del(used.id))).statusCode).toBe(400);
    await rig.stripe.products.del(free.id);
    expect(await refusal(rig.stripe.products.retrieve(free.id))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  test('an amount is edited as the dashboard does it: a new price, made the default, and the old one archived', async () => {
    const product = await rig.stripe.products.create({ name: 'Pro', default_price_data: monthly });
    const old = product.default_price as string;
    expect((await refusal(rig.stripe.prices.update(old, { unit_amount: 9 } as object))).code).toBe('parameter_unknown');
    const price = await rig.stripe.prices.create({ ...monthly, unit_amount: 2000, product: product.id });
    expect((await refusal(rig.stripe.prices.update(old, { active: false }))).statusCode).toBe(400);
    await rig.stripe.products.update(product.id, { default_price: price.id });
    expect((await rig.stripe.prices.update(old, { active: false })).active).toBe(false);
    const [, updated] = await eventsOf(rig.stripe, product.id);
    expect(updated?.data.previous_attributes).toMatchObject({ default_price: old });
  });

  test('a list of prices has only the active ones, unless the filter says otherwise', async () => {
    const product = await rig.stripe.products.create({ name: 'Pro' });
    const on = await rig.stripe.prices.create({ ...monthly, product: product.id });
    const off = await rig.stripe.prices.create({ ...monthly, product: product.id, active: false });
    const ids = async (filter: object): Promise<string[]> =>
      (await rig.stripe.prices.list(filter)).data.map(({ id }) => id);
    expect(await ids({})).toEqual([on.id]);
    expect(await ids({ active: false })).toEqual([off.id]);
  });

  test('a lookup key moves from price to price when asked', async () => {
    const product = await rig.stripe.products.create({ name: 'Pro' });
    const first = await rig.stripe.prices.create({ ...monthly, product: product.id, lookup_key: 'pro' });
    expect(
      (await refusal(rig.stripe.prices.create({ ...monthly, product: product.id, lookup_key: 'pro' }))).param,
    ).toBe('lookup_key');
    const second = await rig.stripe.prices.create({
      ...monthly,
      product: product.id,
      lookup_key: 'pro',
      transfer_lookup_key: true,
    });
    expect((await rig.stripe.prices.list({ lookup_keys: ['pro'] })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await rig.stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
  });

  test('a plan is the twin of its recurring price: the trial set on one shows on the other', async () => {
    const price = await rig.stripe.prices.create({ ...monthly, product_data: { name: 'Pro' } });
    expect(await rig.stripe.plans.retrieve(price.id)).toMatchObject({
      amount: 1500,
      interval: 'month',
      trial_period_days: null,
    });
    await rig.stripe.plans.update(price.id, { trial_period_days: 14 });
    expect((await rig.stripe.prices.retrieve(price.id)).recurring?.trial_period_days).toBe(14);
    expect((await names()).slice(0, 2).sort()).toEqual(['plan.updated', 'price.updated']);
  });

  test('a new plan creates its price, and a change of the price shows on the plan', async () => {
    const product = { name: 'Pro' };
    const { id } = await rig.stripe.plans.create({ currency: 'usd', amount: 500, interval: 'month', product });
    expect(await rig.stripe.prices.retrieve(id)).toMatchObject({ unit_amount: 500, recurring: { interval: 'month' } });
    await rig.stripe.prices.update(id, { nickname: 'Monthly', metadata: { k: 'v' }, active: false });
    expect(await rig.stripe.plans.retrieve(id)).toMatchObject({
      ...{ nickname: 'Monthly', metadata: { k: 'v' }, active: false },
    });
    expect((await names()).sort()).toEqual([
      ...['plan.created', 'plan.updated', 'price.created', 'price.updated', 'product.created'],
    ]);
  });

  test('deleting a plan deletes the price, with both events, and subscriptions continue', async () => {
    const customer = await rig.stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await rig.stripe.prices.create({ ...monthly, product_data: { name: 'Pro' } });
    const subscription = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect(await rig.stripe.plans.del(price.id)).toMatchObject({ id: price.id, deleted: true });
    expect((await names()).slice(0, 2).sort()).toEqual(['plan.deleted', 'price.deleted']);
    expect((await refusal(rig.stripe.prices.retrieve(price.id))).statusCode).toBe(404);
    expect((await rig.stripe.subscriptions.retrieve(subscription.id)).items.data[0]?.price.id).toBe(price.id);
  });
});

describe('coupons and promotion codes', () => {
  test('a coupon is renamed and deleted, and is then a 404', async () => {
    const { id } = await rig.stripe.coupons.create({ percent_off: 10 });
    expect((await rig.stripe.coupons.update(id, { name: 'Ten' })).name).toBe('Ten');
    expect(await rig.stripe.coupons.del(id)).toEqual(expect.objectContaining({ id, object: 'coupon', deleted: true }));
    expect(await refusal(rig.stripe.coupons.retrieve(id))).toMatchObject({ statusCode: 404, code: 'resource_missing' });
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual([
      ...['coupon.created', 'coupon.updated', 'coupon.deleted'],
    ]);
  });

  test.each([
    ['nothing off', {}, 'percent_off'],
    ['both kinds', { percent_off: 10, amount_off: 500, currency: 'usd' }, 'percent_off'],
    ['an amount of no currency', { amount_off: 500 }, 'currency'],
    ['more than all', { percent_off: 101 }, 'percent_off'],
    ['months without their number', { percent_off: 10, duration: 'repeating' as const }, 'duration_in_months'],
  ])('a coupon with %s is refused', async (_what, sent, param) => {
    const error = await refusal(rig.stripe.coupons.create(sent));
    expect([error.statusCode, error.param]).toEqual([400, param]);
  });

  test('a coupon for some products takes nothing off the others', async () => {
    const priced = async (name: string) =>
      rig.stripe.products.create({ name, default_price_data: { currency: 'usd', unit_amount: 1000 } });
    const [book, mug] = [await priced('Book'), await priced('Mug')];
    const half = await rig.stripe.coupons.create({ percent_off: 50, applies_to: { products: [book.id] } });
    const { id: customer } = await rig.stripe.customers.create();
    const { id } = await rig.stripe.invoices.create({ customer, discounts: [{ coupon: half.id }] });
    for (const { default_price: price } of [book, mug])
      await rig.stripe.invoiceItems.create({ customer, invoice: id, pricing: { price: price as string } });
    expect(await rig.stripe.invoices.retrieve(id)).toMatchObject({ subtotal: 2000, total: 1500 });
  });

  test('a coupon ends at its date, and after its last redemption', async () => {
    rig.emulator.clock.setRate(0);
    const { id: customer } = await rig.stripe.customers.create();
    const use = (coupon: string) => rig.stripe.invoices.create({ customer, discounts: [{ coupon }] });
    const redeem_by = Math.floor(rig.emulator.clock.get().now.getTime() / 1000) + 60;
    const dated = await rig.stripe.coupons.create({ percent_off: 10, redeem_by });
    const single = await rig.stripe.coupons.create({ percent_off: 10, max_redemptions: 1 });
    await use(dated.id);
    await use(single.id);
    rig.emulator.clock.advance(61_000);
    for (const { id } of [dated, single]) {
      expect((await rig.stripe.coupons.retrieve(id)).valid).toBe(false);
      expect(await refusal(use(id))).toMatchObject({ statusCode: 400, code: 'coupon_expired' });
    }
  });

  test('a promotion code works only for its customer, and for nobody once it is inactive', async () => {
    const { id: coupon } = await rig.stripe.coupons.create({ percent_off: 10 });
    const [ada, bob] = [await rig.stripe.customers.create(), await rig.stripe.customers.create()];
    const { id } = await rig.stripe.promotionCodes.create({
      ...{ promotion: { type: 'coupon', coupon }, code: 'FORADA', customer: ada.id },
    });
    const use = (customer: string) => rig.stripe.invoices.create({ customer, discounts: [{ promotion_code: id }] });
    expect((await refusal(use(bob.id))).message).toContain('does not match the given customer');
    expect((await use(ada.id)).discounts).toHaveLength(1);
    expect((await rig.stripe.promotionCodes.update(id, { active: false })).active).toBe(false);
    expect((await refusal(use(ada.id))).message).toContain('inactive');
  });
});
