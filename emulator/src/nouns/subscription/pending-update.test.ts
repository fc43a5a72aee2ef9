import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

const START = at('2026-04-01');
const HOUR = 3600;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

/** A subscription, and a dearer plan whose first payment with this card is tried. */
async function upgrade(card: string, more: Partial<Stripe.SubscriptionUpdateParams> = {}) {
  const { clock, customer, price } = await shop(rig, START);
  const { id, items } = await rig.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const item = items.data[0]?.id ?? '';
  const { id: method } = await rig.stripe.paymentMethods.attach(card, { customer: customer.id });
  await rig.stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method } });
  const larger = await rig.stripe.prices.create({
    currency: 'usd',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    product: price.product as string,
  });
  const changed = await rig.stripe.subscriptions.update(id, {
    items: [{ id: item, price: larger.id }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'pending_if_incomplete',
    ...more,
  });
  const now = () => rig.stripe.subscriptions.retrieve(id);
  const names = async () =>
    (await eventsOf(rig.stripe, id)).map(({ type }) => type.replace('customer.subscription.', ''));
  return { id, item, clock, customer, price, larger, changed, now, names, invoice: changed.latest_invoice as string };
}

describe('a change that waits for its payment', () => {
  test('is made at once if it is paid at once, and one event reports it', async () => {
    const { changed, larger, names } = await upgrade('pm_card_visa');
    expect(changed).toMatchObject({
      status: 'active',
      pending_update: null,
      items: { data: [{ price: { id: larger.id } }] },
    });
    expect(await names()).toEqual(['created', 'updated']);
  });

  test('leaves the subscription as it was if it is declined, and says what it would be', async () => {
    const { changed, item, price, larger, names, invoice } = await upgrade('pm_card_chargeCustomerFail');
    expect(changed).toMatchObject({
      status: 'active',
      items: { data: [{ price: { id: price.id } }] },
      pending_update: {
        expires_at: START + 23 * HOUR,
        subscription_items: [{ id: item, price: { id: larger.id } }],
        billing_cycle_anchor: null,
      },
    });
    expect(await rig.stripe.invoices.retrieve(invoice)).toMatchObject({
      status: 'open',
      total: 1000,
      attempt_count: 1,
    });
    expect(await names()).toEqual(['created', 'updated']);
  });

  test('is made when its invoice is paid', async () => {
    const { invoice, larger, now, names } = await upgrade('pm_card_chargeCustomerFail');
    await rig.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' });
    expect(await now()).toMatchObject({
      status: 'active',
      pending_update: null,
      latest_invoice: invoice,
      items: { data: [{ price: { id: larger.id } }] },
    });
    expect(await names()).toEqual(['created', 'updated', 'updated', 'pending_update_applied']);
  });

  test.each([
    ['after 23 hours', async (made: Made) => advance(rig, made.clock, START + 23 * HOUR)],
    ['when its invoice is voided', async (made: Made) => rig.stripe.invoices.voidInvoice(made.invoice)],
    [
      'when another change takes its place',
      async (made: Made) =>
        rig.stripe.subscriptions.update(made.id, {
          items: [{ id: made.item, quantity: 1 }],
          proration_behavior: 'none',
        }),
    ],
  ] as const)('is given up %s', async (_when, end) => {
    const made = await upgrade('pm_card_chargeCustomerFail');
    await end(made);
    expect(await made.now()).toMatchObject({
      pending_update: null,
      items: { data: [{ price: { id: made.price.id } }] },
    });
    expect((await rig.stripe.invoices.retrieve(made.invoice)).status).toBe('void');
    expect(await made.names()).toContain('pending_update_expired');
  });

  test('waits for a challenge too', async () => {
    const { changed } = await upgrade('pm_card_authenticationRequired', { off_session: false });
    expect(changed).toMatchObject({ status: 'active', pending_update: { expires_at: START + 23 * HOUR } });
  });

  test('can be an item, and the end of a trial', async () => {
    const made = await upgrade('pm_card_chargeCustomerFail');
    await rig.stripe.invoices.voidInvoice(made.invoice);
    await rig.stripe.subscriptionItems.update(made.item, {
      quantity: 5,
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    });
    expect(await made.now()).toMatchObject({
      items: { data: [{ quantity: 1 }] },
      pending_update: { subscription_items: [{ quantity: 5 }] },
    });
    const tried = await rig.stripe.subscriptions.create({
      customer: made.customer.id,
      items: [{ price: made.price.id }],
      trial_period_days: 10,
    });
    const ended = await rig.stripe.subscriptions.update(tried.id, {
      trial_end: 'now',
      payment_behavior: 'pending_if_incomplete',
    });
    expect(ended).toMatchObject({ status: 'trialing', pending_update: { trial_end: START } });
    await rig.stripe.invoices.pay(ended.latest_invoice as string, { payment_method: 'pm_card_visa' });
    expect(await rig.stripe.subscriptions.retrieve(tried.id)).toMatchObject({ status: 'active', trial_end: START });
  });

  test('takes no other parameters, and no invoice that is sent', async () => {
    const { id } = await upgrade('pm_card_visa');
    const update = (sent: Stripe.SubscriptionUpdateParams) =>
      refusal(rig.stripe.subscriptions.update(id, { ...sent, payment_behavior: 'pending_if_incomplete' }));
    expect((await update({ description: 'x' })).param).toBe('description');
    await rig.stripe.subscriptions.update(id, { collection_method: 'send_invoice', days_until_due: 7 });
    expect((await update({ metadata: { k: 'v' } })).param).toBe('payment_behavior');
  });
});

type Made = Awaited<ReturnType<typeof upgrade>>;
