import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

const START = Date.UTC(2026, 0, 1) / 1000;

let rig: Rig;
let customer: Stripe.Customer;
let price: Stripe.Price;
let other: Stripe.Price;
beforeAll(async () => {
  rig = await startRig();
  ({ customer, price } = await shop(rig, START));
  other = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    product: price.product as string,
  });
});
afterAll(() => rig.stop());

const post = async (path: string, form: string, version?: string) =>
  rig.call('POST', path, form, version === undefined ? {} : { 'stripe-version': version });

describe.each([undefined, '2023-10-16'])('a subscription with one item (version: %s)', (version) => {
  test('is made, shown and changed by `plan` and `quantity`', async () => {
    const made = await post('/v1/subscriptions', `customer=${customer.id}&plan=${price.id}&quantity=2`, version);
    expect(made.body).toMatchObject({ plan: { object: 'plan', id: price.id, amount: 1000 }, quantity: 2 });
    const at = `/v1/subscriptions/${made.body.id as string}`;
    expect((await post(at, 'quantity=3', version)).body).toMatchObject({
      quantity: 3,
      items: { data: [{ quantity: 3, price: { id: price.id } }] },
    });
    expect((await post(at, `plan=${other.id}`, version)).body).toMatchObject({
      plan: { id: other.id },
      quantity: 3,
      items: { data: [{ price: { id: other.id } }] },
    });
  });
});

describe('a subscription', () => {
  const subscribe = (more: Partial<Stripe.SubscriptionCreateParams> = {}) =>
    rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...more });

  test('with several items has neither a plan nor a quantity, and takes none', async () => {
    const made = await subscribe({ items: [{ price: price.id }, { price: other.id }] });
    expect(made).toMatchObject({ plan: null, quantity: null });
    const { status, body } = await post(`/v1/subscriptions/${made.id}`, 'quantity=3');
    expect([status, body.error?.param]).toEqual([400, 'quantity']);
  });

  test('has a price once, from the start and later', async () => {
    const twice = `Cannot add multiple subscription items with the same plan: ${price.id}`;
    const asked = await refusal(subscribe({ items: [{ price: price.id }, { price: price.id, quantity: 2 }] }));
    expect([asked.message, asked.param]).toEqual([twice, 'plan']);
    const { id } = await subscribe();
    expect((await refusal(rig.stripe.subscriptions.update(id, { items: [{ price: price.id }] }))).message).toBe(twice);
    expect((await refusal(rig.stripe.subscriptionItems.create({ subscription: id, price: price.id }))).message).toBe(
      twice,
    );
  });

  test('has 20 items at most', async () => {
    const items = Array.from({ length: 21 }, () => ({ price: price.id }));
    expect(await refusal(subscribe({ items }))).toMatchObject({ statusCode: 400, param: 'items' });
  });

  test('that is sent invoices must say until when they are due, and another one must not', async () => {
    const { param } = await refusal(subscribe({ collection_method: 'send_invoice' }));
    expect(param).toBe('days_until_due');
    expect((await refusal(subscribe({ days_until_due: 7 }))).param).toBe('days_until_due');
    expect(await subscribe({ collection_method: 'send_invoice', days_until_due: 7 })).toMatchObject({
      days_until_due: 7,
    });
  });

  test('lets go of its payment method when it is sent an empty one', async () => {
    const { id: method } = await rig.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    const { id } = await subscribe({ default_payment_method: method });
    const { body } = await post(`/v1/subscriptions/${id}`, 'default_payment_method=');
    expect(body).toMatchObject({ default_payment_method: null });
  });

  test('canceled now is no longer set to end later', async () => {
    const { id } = await subscribe();
    await rig.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    expect(await rig.stripe.subscriptions.cancel(id)).toMatchObject({
      status: 'canceled',
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: START,
    });
  });
});

describe('a metered price', () => {
  const metered = async (): Promise<string> => {
    const name = `calls_${Math.random().toString(36).slice(2)}`;
    const meter = await rig.stripe.billing.meters.create({
      display_name: 'Calls',
      event_name: name,
      default_aggregation: { formula: 'sum' },
    });
    const made = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 2,
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
      product_data: { name: 'Calls' },
    });
    return made.id;
  };

  test('has no quantity after a change to it, and one again after the change back', async () => {
    const calls = await metered();
    const { id, items } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id, quantity: 5 }],
    });
    const item = items.data[0]?.id ?? '';
    const changed = await rig.stripe.subscriptions.update(id, { items: [{ id: item, price: calls }] });
    expect(changed.items.data[0]).not.toHaveProperty('quantity');
    const { quantity } = await rig.stripe.subscriptionItems.update(item, { price: price.id });
    expect(quantity).toBe(1);
  });

  test('is refused with a quantity, by a subscription and by Checkout, where it costs nothing yet', async () => {
    const calls = await metered();
    const counted = rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: calls, quantity: 2 }],
    });
    expect((await refusal(counted)).message).toBe('You cannot set the quantity for metered plans.');
    const open = (line: Stripe.Checkout.SessionCreateParams.LineItem) =>
      rig.stripe.checkout.sessions.create({
        mode: 'subscription',
        line_items: [line],
        success_url: 'https://app.example/done',
        expand: ['line_items'],
      });
    expect((await refusal(open({ price: calls, quantity: 1 }))).message).toBe(
      'Quantity should not be specified where usage_type is `metered`. Remove quantity from `line_items[0]`',
    );
    expect(await open({ price: calls })).toMatchObject({
      amount_total: 0,
      line_items: { data: [{ quantity: null, amount_total: 0 }] },
    });
  });
});

test.each([
  ['month', 36],
  ['week', 156],
  ['year', 3],
  ['day', 1095],
] as const)('a price recurs at most once in three years: %s × %i', async (interval, interval_count) => {
  const create = (count: number) =>
    rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval, interval_count: count },
      product: price.product as string,
    });
  expect((await create(interval_count)).recurring?.interval_count).toBe(interval_count);
  expect((await refusal(create(interval_count + 1))).param).toBe('recurring[interval_count]');
});
