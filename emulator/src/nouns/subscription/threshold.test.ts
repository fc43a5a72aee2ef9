import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

const START = at('2026-04-01');
const HOUR = 3600;

let rig: Rig;
let meters = 0;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** A subscription to calls at 0.10, with thresholds. */
async function metered(asked: Partial<Stripe.SubscriptionCreateParams>, item: object = {}) {
  const { clock, customer } = await shop(rig, START);
  const event_name = `calls_${meters++}`;
  const meter = await rig.stripe.billing.meters.create({
    display_name: 'Calls',
    event_name,
    default_aggregation: { formula: 'sum' },
  });
  const price = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 10,
    recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
    product_data: { name: 'Calls' },
  });
  const { id } = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, ...item }],
    ...asked,
  });
  const use = async (calls: number): Promise<void> => {
    const payload = { stripe_customer_id: customer.id, value: String(calls) };
    await rig.stripe.billing.meterEvents.create({ event_name, payload });
  };
  const bills = async () =>
    (await rig.stripe.invoices.list({ subscription: id })).data.map(
      ({ billing_reason, total, status }) => `${billing_reason} ${total} ${status}`,
    );
  return { clock, id, use, bills, now: () => rig.stripe.subscriptions.retrieve(id) };
}

describe('a billing threshold', () => {
  test('bills the usage as soon as it costs as much, and the rest at the end of the period', async () => {
    const { clock, use, bills, now } = await metered({ billing_thresholds: { amount_gte: 5000 } });
    expect((await now()).billing_thresholds).toEqual({ amount_gte: 5000, reset_billing_cycle_anchor: null });
    await advance(rig, clock, at('2026-04-10'));
    await use(499);
    await advance(rig, clock, at('2026-04-10') + HOUR);
    expect(await bills()).toEqual(['subscription_create 0 paid']);
    await use(21);
    await advance(rig, clock, at('2026-04-10') + 3 * HOUR);
    expect(await bills()).toEqual(['subscription_threshold 5200 paid', 'subscription_create 0 paid']);
    const { billing_cycle_anchor, items } = await now();
    expect([billing_cycle_anchor, items.data[0]?.current_period_end]).toEqual([START, at('2026-05-01')]);
    await use(30);
    await advance(rig, clock, at('2026-05-02'));
    expect((await bills())[0]).toBe('subscription_cycle 300 paid');
  });

  test('begins new periods if it is told to', async () => {
    const billing_thresholds = { amount_gte: 5000, reset_billing_cycle_anchor: true };
    const { clock, use, bills, now } = await metered({ billing_thresholds });
    await advance(rig, clock, at('2026-04-10'));
    await use(600);
    await advance(rig, clock, at('2026-04-11'));
    const begun = at('2026-04-10') + 1;
    const { billing_cycle_anchor, items } = await now();
    expect(billing_cycle_anchor).toBe(begun);
    expect(items.data[0]).toMatchObject({ current_period_start: begun, current_period_end: at('2026-05-10') + 1 });
    await advance(rig, clock, at('2026-05-02'));
    expect(await bills()).toEqual(['subscription_threshold 6000 paid', 'subscription_create 0 paid']);
  });

  test('can be a number of units of an item, and can be taken away', async () => {
    const { clock, id, use, bills, now } = await metered({}, { billing_thresholds: { usage_gte: 100 } });
    expect((await now()).items.data[0]?.billing_thresholds).toEqual({ usage_gte: 100 });
    await use(100);
    await advance(rig, clock, START + 3 * HOUR);
    expect((await bills())[0]).toBe('subscription_threshold 1000 paid');
    const [item] = (await now()).items.data;
    await rig.stripe.subscriptions.update(id, { items: [{ id: item?.id ?? '', billing_thresholds: '' }] });
    await use(200);
    await advance(rig, clock, START + 6 * HOUR);
    expect(await bills()).toHaveLength(2);
  });

  test('that resets is not built for what is billed ahead', async () => {
    const { customer, price } = await shop(rig, START);
    const form = `customer=${customer.id}&items[0][price]=${price.id}&billing_thresholds[amount_gte]=500`;
    const reset = '&billing_thresholds[reset_billing_cycle_anchor]=true';
    expect((await rig.call('POST', '/v1/subscriptions', form + reset)).status).toBe(501);
    expect((await rig.call('POST', '/v1/subscriptions', form)).status).toBe(200);
  });
});
