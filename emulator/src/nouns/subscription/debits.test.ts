import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, invoicesOf, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { startRig } from '../../../test/rig.js';

const START = at('2026-04-01');
const DAY = 86_400;

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

async function begin(more: Partial<Stripe.SubscriptionCreateParams> = {}) {
  const { clock, customer, price } = await shop(rig, START);
  const subscription = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    ...more,
  });
  const item = subscription.items.data[0]?.id ?? '';
  const product = price.product as string;
  const monthly = (unit_amount: number) =>
    rig.stripe.prices.create({ currency: 'usd', unit_amount, recurring: { interval: 'month' }, product });
  const change = async (to: number, how: 'always_invoice' | 'create_prorations' | 'none' = 'always_invoice') =>
    rig.stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: (await monthly(to)).id }],
      proration_behavior: how,
      expand: ['latest_invoice'],
    });
  return { clock, customer, price, subscription, item, change };
}

const linesOf = ({ latest_invoice: invoice }: Stripe.Subscription) => (invoice as Stripe.Invoice).lines.data;

describe('the lines of a proration', () => {
  test('hang on the subscription item, and the credit names what it takes back', async () => {
    const { subscription, item, change, price } = await begin();
    const first = await rig.stripe.invoices.retrieve(subscription.latest_invoice as string);
    const changed = await change(2000);
    const [credit, charge] = linesOf(changed);
    const details = { subscription: subscription.id, subscription_item: item, proration: true };
    expect(credit).toMatchObject({
      amount: -1000,
      pricing: { unit_amount_decimal: '-1000', price_details: { price: price.id } },
      parent: {
        type: 'subscription_item_details',
        invoice_item_details: null,
        subscription_item_details: {
          ...details,
          invoice_item: expect.stringMatching(/^ii_/) as string,
          proration_details: {
            credited_items: { invoice: first.id, invoice_line_items: [first.lines.data[0]?.id] },
          },
        },
      },
    });
    expect(charge).toMatchObject({
      amount: 2000,
      parent: { subscription_item_details: { ...details, proration_details: { credited_items: null } } },
    });
    const pending = await rig.stripe.invoiceItems.retrieve(
      credit?.parent?.subscription_item_details?.invoice_item ?? '',
    );
    expect(pending.proration_details?.credited_items).toMatchObject({
      type: 'invoice_line_items',
      invoice_line_item_details: { invoice: first.id },
    });
    const old = await rig.call('GET', `/v1/invoices/${(changed.latest_invoice as Stripe.Invoice).id}`, undefined, {
      'stripe-version': '2024-06-20',
    });
    expect((old.body.lines as { data: unknown[] }).data[0]).toMatchObject({
      type: 'invoiceitem',
      proration: true,
      subscription_item: item,
      proration_details: { credited_items: { invoice: first.id } },
    });
  });

  test('of a second change take back the first one’s charge, also while it is pending', async () => {
    const { clock, change, customer } = await begin();
    await advance(rig, clock, START + 10 * DAY);
    await change(2000, 'create_prorations');
    await advance(rig, clock, START + 20 * DAY);
    await change(3000, 'create_prorations');
    const { data } = await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    // 10.00 for thirty days, 13.33 for the last twenty, 10.00 for the last ten.
    expect(data.map(({ amount }) => amount).reverse()).toEqual([-667, 1333, -667, 1000]);
    expect(data[1]?.proration_details?.credited_items).toMatchObject({
      type: 'invoice_item',
      invoice_item: data[2]?.id,
    });
  });
});

describe('a credit', () => {
  test('follows what was debited, and not a price that was never charged', async () => {
    const { clock, change } = await begin();
    await change(5000, 'none');
    await advance(rig, clock, START + 15 * DAY);
    expect(linesOf(await change(2000)).map(({ amount }) => amount)).toEqual([-500, 1000]);
  });

  test('of classic billing follows the price', async () => {
    const { clock, change } = await begin({ billing_mode: { type: 'classic' } });
    await change(5000, 'none');
    await advance(rig, clock, START + 15 * DAY);
    expect(linesOf(await change(2000)).map(({ amount }) => amount)).toEqual([-2500, 1000]);
  });

  test('of a voided invoice is none', async () => {
    const { clock, customer, subscription, change } = await begin({
      collection_method: 'send_invoice',
      days_until_due: 7,
    });
    await rig.stripe.invoices.voidInvoice(subscription.latest_invoice as string);
    await advance(rig, clock, START + 15 * DAY);
    await change(2000, 'create_prorations');
    const { data } = await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(data.map(({ amount }) => amount)).toEqual([1000]);
  });
});

describe('a trial put on a subscription that was paid for', () => {
  test.each([
    ['create_prorations', [-500]],
    ['none', []],
  ] as const)('%s credits %j of the unused time', async (proration_behavior, credits) => {
    const { clock, customer, subscription } = await begin();
    const half = START + 15 * DAY;
    await advance(rig, clock, half);
    const tried = await rig.stripe.subscriptions.update(subscription.id, {
      trial_end: half + 10 * DAY,
      proration_behavior,
    });
    expect(tried).toMatchObject({
      status: 'trialing',
      trial_start: half,
      items: { data: [{ current_period_start: half, current_period_end: half + 10 * DAY }] },
    });
    const { data } = await rig.stripe.invoiceItems.list({ customer: customer.id, pending: true });
    expect(data.map(({ amount }) => amount)).toEqual(credits);
  });

  test('is credited at once if the request says so', async () => {
    const { clock, customer, subscription } = await begin();
    await advance(rig, clock, START + 15 * DAY);
    await rig.stripe.subscriptions.update(subscription.id, {
      trial_end: START + 20 * DAY,
      proration_behavior: 'always_invoice',
    });
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ total: -500, status: 'paid' });
  });
});

test.each([
  ['classic', 15],
  ['flexible', 15],
  ['flexible', 0],
] as const)(
  'a change of the interval moves the billing cycle with the period (%s, after %i days)',
  async (type, days) => {
    const { clock, customer, price, subscription, item } = await begin({ billing_mode: { type } });
    const moment = START + days * DAY;
    const yearly = await rig.stripe.prices.create({
      currency: 'usd',
      unit_amount: 10_000,
      recurring: { interval: 'year' },
      product: price.product as string,
    });
    if (days > 0) await advance(rig, clock, moment);
    const changed = await rig.stripe.subscriptions.update(subscription.id, { items: [{ id: item, price: yearly.id }] });
    expect(changed).toMatchObject({
      billing_cycle_anchor: moment,
      items: { data: [{ current_period_start: moment, current_period_end: moment + 365 * DAY }] },
    });
    const unused = 1000 * (1 - days / 30);
    expect((await invoicesOf(rig, customer)).at(-1)).toMatchObject({ status: 'paid', total: 10_000 - unused });
  },
);

test.each([
  [
    'graduated',
    [
      [5, 3500, '5 × Seat (Tier 1 at $7.00 / month)'],
      [2, 1200, '2 × Seat (Tier 2 at $6.00 / month)'],
    ],
  ],
  ['volume', [[7, 4200, '7 × Seat (Tier 2 at $6.00 / month)']]],
] as const)('a price with %s tiers has these lines', async (tiers_mode, lines) => {
  const { customer } = await shop(rig, START);
  const price = await rig.stripe.prices.create({
    currency: 'usd',
    billing_scheme: 'tiered',
    tiers_mode,
    tiers: [
      { up_to: 5, unit_amount: 700 },
      { up_to: 'inf', unit_amount: 600 },
    ],
    recurring: { interval: 'month' },
    product_data: { name: 'Seat' },
  });
  const { latest_invoice: invoice } = await rig.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id, quantity: 7 }],
    expand: ['latest_invoice'],
  });
  const { data } = (invoice as Stripe.Invoice).lines;
  expect(data.map(({ quantity, amount, description }) => [quantity, amount, description])).toEqual(lines);
});
