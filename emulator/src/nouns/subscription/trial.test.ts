import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

const START = Date.UTC(2026, 0, 1) / 1000;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** A trial of a customer with 49.00 USD pending. */
async function begin(card: string | null, more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { customer, price } = await shop(rig, START, card);
  await rig.stripe.invoiceItems.create({ customer: customer.id, amount: 4900, currency: 'usd' });
  return rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: 14,
    expand: ['latest_invoice.confirmation_secret'],
    ...more,
  });
}

describe('a trial of more than 730 days', () => {
  const DAY = 86_400;
  const LATE = START + 731 * DAY;
  const longest = 'The maximum number of trial period days is 730 (2 years).';

  test('is refused by a subscription, an update, a schedule and Checkout', async () => {
    const { customer, price } = await shop(rig, START);
    const items = [{ price: price.id, quantity: 1 }];
    const made = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items,
      trial_end: START + 730 * DAY,
    });
    expect(made.trial_end).toBe(START + 730 * DAY);
    const asked: Promise<unknown>[] = [
      rig.stripe.subscriptions.create({ customer: customer.id, items, trial_end: LATE }),
      rig.stripe.subscriptions.update(made.id, { trial_end: LATE }),
      rig.stripe.subscriptionSchedules.create({
        customer: customer.id,
        start_date: 'now',
        phases: [{ items, trial: true, duration: { interval: 'year', interval_count: 3 } }],
      }),
      rig.stripe.checkout.sessions.create({
        customer: customer.id,
        mode: 'subscription',
        line_items: items,
        subscription_data: { trial_end: LATE },
        success_url: 'https://app.example/done',
      }),
    ];
    const params = ['trial_end', 'trial_end', 'phases[0][trial_end]', 'subscription_data[trial_end]'];
    expect(
      await Promise.all(asked.map(async (one) => (({ message, param }) => [message, param])(await refusal(one)))),
    ).toEqual(params.map((param) => [longest, param]));
  });

  test('of Checkout must last two days at least', async () => {
    const { customer, price } = await shop(rig, START);
    const asked = rig.stripe.checkout.sessions.create({
      customer: customer.id,
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      subscription_data: { trial_end: START + DAY },
      success_url: 'https://app.example/done',
    });
    expect((await refusal(asked)).message).toBe('The `trial_end` date has to be at least 2 days in the future.');
  });
});

describe('a trial with something pending', () => {
  test('is paid at once with the saved card', async () => {
    expect(await begin('pm_card_visa')).toMatchObject({
      status: 'trialing',
      latest_invoice: { status: 'paid', total: 4900, amount_paid: 4900 },
    });
  });

  test.each(['allow_incomplete', 'default_incomplete'] as const)(
    '%s waits for the payment, which begins the trial',
    async (payment_behavior) => {
      const { id, ...made } = await begin('pm_card_chargeCustomerFail', { payment_behavior });
      expect(made).toMatchObject({ status: 'incomplete', latest_invoice: { status: 'open', amount_due: 4900 } });
      await rig.stripe.invoices.pay((made.latest_invoice as Stripe.Invoice).id, { payment_method: 'pm_card_visa' });
      expect((await rig.stripe.subscriptions.retrieve(id)).status).toBe('trialing');
    },
  );

  test('is refused without anything to pay with', async () => {
    expect(await refusal(begin(null))).toMatchObject({ code: 'resource_missing', statusCode: 400 });
  });

  test('of Checkout costs the one-time items', async () => {
    const { price } = await shop(rig, START);
    const once = { currency: 'usd', unit_amount: 4900, product_data: { name: 'Set-up' } };
    const made = await rig.stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [
        { price: price.id, quantity: 1 },
        { price_data: once, quantity: 1 },
      ],
      subscription_data: { trial_period_days: 7 },
      success_url: 'https://app.example/done',
    });
    expect(made).toMatchObject({ amount_total: 4900, payment_status: 'unpaid' });
    await rig.call('POST', `/v1/payment_pages/${made.id}/confirm`, 'payment_method=pm_card_visa');
    expect(await rig.stripe.checkout.sessions.retrieve(made.id, { expand: ['subscription'] })).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      subscription: { status: 'trialing' },
    });
  });
});
