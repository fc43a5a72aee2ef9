import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../test/billing.js';
import type { Receiver, Rig } from '../../test/rig.js';
import { receiver, startRig } from '../../test/rig.js';

type Json = Record<string, unknown>;
const OLD = '2024-06-20';
const START = Date.UTC(2026, 0, 1) / 1000;

let rig: Rig;
let old: Receiver;
let current: Receiver;
let subscription: Stripe.Subscription;
let invoice: Stripe.Invoice;
beforeAll(async () => {
  [rig, old, current] = await Promise.all([startRig(), receiver(), receiver()]);
  rig.emulator.createWebhookEndpoint({ url: old.url, api_version: OLD });
  rig.emulator.createWebhookEndpoint({ url: current.url });
  const { customer, price } = await shop(rig, START);
  const rate = await rig.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
  const coupon = await rig.stripe.coupons.create({ percent_off: 10 });
  subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    default_tax_rates: [rate.id],
    discounts: [{ coupon: coupon.id }],
    metadata: { plan: 'pro' },
  });
  invoice = await rig.stripe.invoices.retrieve(subscription.latest_invoice as string);
});
afterAll(() => Promise.all([rig.stop(), old.stop(), current.stop()]));

const sent = async (to: Receiver, type: string): Promise<{ version: string | null; object: Json; previous: Json }> => {
  const { event } = await to.next((delivery) => delivery.event.type === type);
  const data = event.data as { object: unknown; previous_attributes?: unknown };
  return {
    version: event.api_version,
    object: data.object as Json,
    previous: (data.previous_attributes ?? {}) as Json,
  };
};

describe('an endpoint with an older version', () => {
  test('is sent the period on the subscription, and the newer one on its items', async () => {
    const [before, now] = await Promise.all([
      sent(old, 'customer.subscription.created'),
      sent(current, 'customer.subscription.created'),
    ]);
    expect([before.version, now.version]).toEqual([OLD, rig.emulator.apiVersion]);
    const [item] = subscription.items.data;
    expect(before.object).toMatchObject({
      current_period_start: item?.current_period_start,
      current_period_end: item?.current_period_end,
    });
    expect(now.object).not.toHaveProperty('current_period_end');
    const itemOf = ({ object }: { object: Json }): Json | undefined => (object.items as { data: Json[] }).data[0];
    expect(itemOf(before)).not.toHaveProperty('current_period_end');
    expect(itemOf(now)).toMatchObject({ current_period_end: item?.current_period_end });
  });

  test('is sent an invoice with its subscription, payment, tax and “paid”', async () => {
    const { object } = await sent(old, 'invoice.paid');
    expect(object).toMatchObject({
      paid: true,
      paid_out_of_band: false,
      subscription: subscription.id,
      subscription_details: { metadata: { plan: 'pro' } },
      payment_intent: expect.stringMatching(/^pi_/) as string,
      charge: expect.stringMatching(/^ch_/) as string,
      tax: 180,
      total_tax_amounts: [{ amount: 180, inclusive: false }],
      total: 1080,
    });
    expect(object).not.toHaveProperty('parent');
    const [line] = (object.lines as { data: Json[] }).data;
    const price = { id: subscription.items.data[0]?.price.id };
    expect(line).toMatchObject({
      type: 'subscription',
      proration: false,
      subscription: subscription.id,
      subscription_item: subscription.items.data[0]?.id,
      price: { ...price, object: 'price' },
      plan: { ...price, object: 'plan' },
      tax_rates: [{ percentage: 20 }],
    });
    expect((await sent(current, 'invoice.paid')).object).toMatchObject({
      parent: { subscription_details: { subscription: subscription.id } },
    });
  });

  test('is sent payments that know their invoice, and discounts with their coupon', async () => {
    expect((await sent(old, 'payment_intent.succeeded')).object).toMatchObject({ invoice: invoice.id });
    expect((await sent(old, 'charge.succeeded')).object).toMatchObject({ invoice: invoice.id });
    expect((await sent(current, 'charge.succeeded')).object).not.toHaveProperty('invoice');
    const { object } = await sent(old, 'customer.discount.created');
    expect(object).toMatchObject({ coupon: { object: 'coupon', percent_off: 10 } });
    expect(object).not.toHaveProperty('source');
  });

  test('receives what changed in its own shape', async () => {
    await rig.stripe.testHelpers.testClocks.advance(subscription.test_clock as string, {
      frozen_time: Date.UTC(2026, 1, 2) / 1000,
    });
    const [before, now] = await Promise.all([
      sent(old, 'customer.subscription.updated'),
      sent(current, 'customer.subscription.updated'),
    ]);
    expect(before.previous).toMatchObject({
      current_period_start: START,
      current_period_end: Date.UTC(2026, 1, 1) / 1000,
    });
    expect(now.previous).not.toHaveProperty('current_period_end');
  });

  test('of the emulator’s own time changes nothing about the list of events', async () => {
    const { data } = await rig.stripe.events.list({ type: 'customer.subscription.created' });
    expect(data[0]).toMatchObject({ api_version: rig.emulator.apiVersion });
    expect(data[0]?.data.object).not.toHaveProperty('current_period_end');
  });
});

describe('a request for an older version', () => {
  const get = async (path: string, version: string): Promise<Json> =>
    (await rig.call('GET', path, undefined, { 'stripe-version': version })).body;

  test('is answered in its shape, including inner objects', async () => {
    expect(await get(`/v1/subscriptions/${subscription.id}?expand[]=latest_invoice`, OLD)).toMatchObject({
      current_period_end: expect.any(Number) as number,
      latest_invoice: { subscription: subscription.id },
    });
    expect(await get(`/v1/invoices?subscription=${subscription.id}`, OLD)).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ paid: true })]) as unknown[],
    });
  });

  test('between two changes gets the older shape of only the newer change', async () => {
    const code = await rig.stripe.promotionCodes.create({
      promotion: { type: 'coupon', coupon: (await rig.stripe.coupons.create({ percent_off: 5 })).id },
    });
    expect(await get(`/v1/promotion_codes/${code.id}`, '2025-08-27.basil')).toMatchObject({
      coupon: { percent_off: 5 },
    });
    expect(await get(`/v1/subscriptions/${subscription.id}`, '2025-08-27.basil')).not.toHaveProperty(
      'current_period_end',
    );
  });

  test('leaves events as they were rendered', async () => {
    const { data } = (await get('/v1/events?type=customer.subscription.created', OLD)) as { data: Stripe.Event[] };
    expect(data[0]?.data.object).not.toHaveProperty('current_period_end');
  });
});
