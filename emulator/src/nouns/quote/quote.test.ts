import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../../test/billing.js';
import type { Shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let monthly: Stripe.Price;
let once: Stripe.Price;
let customer: Stripe.Customer;
beforeAll(async () => {
  rig = await startRig();
  monthly = (await shop(rig, Date.UTC(2026, 0, 1) / 1000)).price;
  once = await rig.stripe.prices.create({ currency: 'usd', unit_amount: 5000, product_data: { name: 'Setup' } });
  customer = await rig.stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
});
afterAll(() => rig.stop());

const draft = (sent: Partial<Stripe.QuoteCreateParams> = {}): Promise<Stripe.Quote> =>
  rig.stripe.quotes.create({
    customer: customer.id,
    line_items: [{ price: monthly.id, quantity: 2 }, { price: once.id }],
    ...sent,
  });

describe('a quote', () => {
  test('adds up what is due at once and what recurs, with tax and discount in both', async () => {
    const rate = await rig.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const tenth = await rig.stripe.coupons.create({ percent_off: 10 });
    const quote = await draft({ default_tax_rates: [rate.id], discounts: [{ coupon: tenth.id }] });
    expect(quote).toMatchObject({
      status: 'draft',
      amount_subtotal: 7000,
      amount_total: 7560,
      total_details: { amount_discount: 700, amount_tax: 1260 },
      computed: {
        upfront: { amount_total: 7560 },
        recurring: { interval: 'month', amount_subtotal: 2000, amount_total: 2160 },
      },
    });
    const { data } = await rig.stripe.quotes.listLineItems(quote.id);
    expect(data.map(({ quantity, amount_total }) => [quantity, amount_total])).toEqual([
      [2, 2160],
      [1, 5400],
    ]);
  });

  test('becomes a paid subscription when it is finalized and accepted, with the one-time price on its first invoice', async () => {
    const { id } = await draft({ subscription_data: { metadata: { from: 'quote' } } });
    const open = await rig.stripe.quotes.finalizeQuote(id);
    expect([open.status, open.number]).toEqual(['open', expect.stringMatching(/^QT-/) as string]);
    const accepted = await rig.stripe.quotes.accept(id);
    const subscription = await rig.stripe.subscriptions.retrieve(accepted.subscription as string, {
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      status: 'active',
      metadata: { from: 'quote' },
      latest_invoice: { total: 7000, status: 'paid' },
    });
    expect((await eventsOf(rig.stripe, id)).map(({ type }) => type)).toEqual([
      'quote.created',
      'quote.finalized',
      'quote.accepted',
    ]);
  });

  test('of one-time prices alone becomes a draft invoice', async () => {
    const { id } = await draft({ line_items: [{ price: once.id }] });
    await rig.stripe.quotes.finalizeQuote(id);
    const { invoice, subscription } = await rig.stripe.quotes.accept(id);
    expect(subscription).toBeNull();
    expect(await rig.stripe.invoices.retrieve(invoice as string)).toMatchObject({
      status: 'draft',
      total: 5000,
      parent: { quote_details: { quote: id } },
    });
  });

  test('can be edited only while it is a draft', async () => {
    const { id } = await draft();
    const changed = await rig.stripe.quotes.update(id, { line_items: [{ price: once.id, quantity: 3 }] });
    expect([changed.amount_total, changed.computed.recurring]).toEqual([15_000, null]);
    await rig.stripe.quotes.finalizeQuote(id);
    expect((await refusal(rig.stripe.quotes.update(id, { description: 'late' }))).statusCode).toBe(400);
    expect((await rig.stripe.quotes.update(id, { metadata: { k: 'v' } })).metadata).toEqual({ k: 'v' });
  });

  test('is found by its customer and status, and says what is due at once', async () => {
    const { quotes } = rig.stripe;
    const own = await rig.stripe.customers.create();
    const { id } = await draft({ customer: own.id });
    const due = (await quotes.listComputedUpfrontLineItems(id)).data;
    expect(due.map(({ amount_total }) => amount_total)).toEqual([2000, 5000]);
    expect((await quotes.list({ customer: own.id, status: 'draft' })).data.map((one) => one.id)).toEqual([id]);
    expect((await quotes.list({ customer: own.id, status: 'open' })).data).toEqual([]);
  });

  test('is canceled, and can then no longer be accepted', async () => {
    const { id } = await draft();
    await rig.stripe.quotes.finalizeQuote(id);
    expect((await rig.stripe.quotes.cancel(id)).status).toBe('canceled');
    expect((await refusal(rig.stripe.quotes.accept(id))).code).toBe('quote_not_editable');
  });

  test('expires by itself', async () => {
    const { customer: owner, clock, price }: Shop = await shop(rig, Date.UTC(2026, 0, 1) / 1000);
    const { id, expires_at } = await draft({ customer: owner.id, line_items: [{ price: price.id }] });
    await rig.stripe.quotes.finalizeQuote(id);
    await rig.stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: expires_at + 1 });
    expect((await rig.stripe.quotes.retrieve(id)).status).toBe('canceled');
  });

  test('needs a customer to be accepted, and lines to be finalized', async () => {
    const { id } = await rig.stripe.quotes.create({ line_items: [{ price: monthly.id }] });
    await rig.stripe.quotes.finalizeQuote(id);
    expect((await refusal(rig.stripe.quotes.accept(id))).param).toBe('customer');
    const empty = await rig.stripe.quotes.create({ customer: customer.id });
    expect((await refusal(rig.stripe.quotes.finalizeQuote(empty.id))).param).toBe('line_items');
  });
});
