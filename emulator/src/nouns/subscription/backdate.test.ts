import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

type Sent = Partial<Stripe.SubscriptionCreateParams>;
async function subscribe(day: string, more: Sent, unit_amount = 1000) {
  const { customer, price: usual } = await shop(rig, at(day));
  const price =
    unit_amount === 1000
      ? usual
      : await rig.stripe.prices.create({
          currency: 'usd',
          unit_amount,
          recurring: { interval: 'month' },
          product_data: { name: 'Pro' },
        });
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...more,
  });
  return { subscription, invoices: await invoicesOf(rig, customer) };
}

const linesOf = (invoice: Stripe.Invoice | undefined) =>
  (invoice?.lines.data ?? []).map(({ amount, period }) => [amount, period.start, period.end]);

describe('a backdated start', () => {
  test('bills each period that has passed since, and the current one', async () => {
    const { subscription, invoices } = await subscribe('2031-04-01', { backdate_start_date: at('2031-02-01') });
    expect(subscription).toMatchObject({ start_date: at('2031-02-01'), billing_cycle_anchor: at('2031-04-01') });
    expect(linesOf(invoices[0]).sort((one, other) => (one[1] ?? 0) - (other[1] ?? 0))).toEqual([
      [1000, at('2031-02-01'), at('2031-03-01')],
      [1000, at('2031-03-01'), at('2031-04-01')],
      [1000, at('2031-04-01'), at('2031-05-01')],
    ]);
    expect(invoices[0]?.amount_paid).toBe(3000);
    expect(subscription.items.data[0]).toMatchObject({
      current_period_start: at('2031-04-01'),
      current_period_end: at('2031-05-01'),
    });
  });

  test('is prorated by the month that begins with it', async () => {
    // From 15 February to 15 March are 28 days, of which 14 have passed on 1 March.
    const half = await subscribe('2031-03-01', { backdate_start_date: at('2031-02-15') });
    expect(half.invoices[0]?.total).toBe(500 + 1000);
    // From 15 January to 15 February are 31 days, of which 17 have passed on 1 February.
    const part = await subscribe('2031-02-01', { backdate_start_date: at('2031-01-15') }, 3100);
    expect(part.invoices[0]?.total).toBe(1700 + 3100);
  });

  test('is one line in the classic billing mode', async () => {
    const { invoices } = await subscribe('2031-04-15', {
      backdate_start_date: at('2031-02-01'),
      billing_mode: { type: 'classic' },
    });
    // Two months, and 14 of the 30 days of April: 10.00 × 2.4667.
    expect(linesOf(invoices[0])).toContainEqual([2467, at('2031-02-01'), at('2031-04-15')]);
    expect(invoices[0]?.lines.data).toHaveLength(2);
  });

  test('costs nothing without prorations, and is over', async () => {
    const { subscription, invoices } = await subscribe('2031-04-01', {
      backdate_start_date: at('2031-02-01'),
      proration_behavior: 'none',
    });
    expect(subscription.start_date).toBe(at('2031-02-01'));
    expect(invoices[0]?.total).toBe(1000);
    const ahead = subscribe('2031-04-01', { backdate_start_date: at('2031-05-01') });
    expect((await refusal(ahead)).param).toBe('backdate_start_date');
  });

  test('is billed once', async () => {
    const { clock, customer, price } = await shop(rig, at('2031-04-01'));
    await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      backdate_start_date: at('2031-03-01'),
    });
    await rig.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at('2031-05-02') });
    expect((await invoicesOf(rig, customer)).map(({ total }) => total)).toEqual([2000, 1000]);
  });
});

describe('a billing cycle anchor by the calendar', () => {
  test('is the next such day, and the first period is prorated', async () => {
    const { subscription, invoices } = await subscribe('2031-04-16', {
      billing_cycle_anchor_config: { day_of_month: 1, hour: 0, minute: 0, second: 0 },
    });
    expect(subscription).toMatchObject({
      billing_cycle_anchor: at('2031-05-01'),
      billing_cycle_anchor_config: { day_of_month: 1, hour: 0, minute: 0, month: null, second: 0 },
    });
    // 15 of the 30 days of April.
    expect(invoices[0]?.total).toBe(500);
  });

  test('is the last day of a shorter month', async () => {
    const { subscription } = await subscribe('2031-02-03', { billing_cycle_anchor_config: { day_of_month: 31 } });
    expect(subscription.billing_cycle_anchor).toBe(at('2031-02-28'));
  });

  test('is not given beside an anchor, and not for weeks', async () => {
    const config = { day_of_month: 1 };
    const both = subscribe('2031-04-16', {
      billing_cycle_anchor: at('2031-05-01'),
      billing_cycle_anchor_config: config,
    });
    expect((await refusal(both)).param).toBe('billing_cycle_anchor_config');
    const weekly = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval: 'week' },
      product_data: { name: 'Weekly' },
    });
    const weeks = subscribe('2031-04-16', {
      items: [{ price: weekly.id }],
      billing_cycle_anchor_config: config,
    });
    expect((await refusal(weeks)).param).toBe('billing_cycle_anchor_config');
  });
});

test('the settings of a subscription are on its invoices', async () => {
  const { subscription, invoices } = await subscribe('2031-04-01', {
    invoice_settings: {
      description: 'Thank you',
      footer: 'VAT exempt',
      custom_fields: [{ name: 'Order', value: '7' }],
      issuer: { type: 'self' },
    },
  });
  expect(subscription.invoice_settings).toMatchObject({ description: 'Thank you', issuer: { type: 'self' } });
  expect(invoices[0]).toMatchObject({
    description: 'Thank you',
    footer: 'VAT exempt',
    custom_fields: [{ name: 'Order', value: '7' }],
  });
  const changed = await rig.stripe.subscriptions.update(subscription.id, { invoice_settings: { footer: 'None' } });
  expect(changed.invoice_settings).toMatchObject({ description: 'Thank you', footer: 'None' });
});
