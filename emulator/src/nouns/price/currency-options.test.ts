import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advance, at, shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const priced = (
  unit_amount: number,
  eur: number,
  more: Partial<Stripe.PriceCreateParams> = {},
): Promise<Stripe.Price> =>
  rig.stripe.prices.create({
    currency: 'usd',
    unit_amount,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
    currency_options: { eur: { unit_amount: eur } },
    ...more,
  });

describe('a price with currency options', () => {
  test('shows them when it is asked, its own currency among them, and changes one at a time', async () => {
    const { id, ...made } = await priced(1000, 900);
    expect(made).not.toHaveProperty('currency_options');
    const own = { custom_unit_amount: null, tax_behavior: 'unspecified', unit_amount: 1000 };
    const expand = ['currency_options'];
    expect((await rig.stripe.prices.retrieve(id, { expand })).currency_options).toMatchObject({
      usd: own,
      eur: { ...own, unit_amount: 900 },
    });
    await rig.stripe.prices.update(id, { currency_options: { gbp: { unit_amount: 800, tax_behavior: 'inclusive' } } });
    expect((await rig.stripe.prices.retrieve(id, { expand })).currency_options).toMatchObject({
      eur: { unit_amount: 900 },
      gbp: { unit_amount: 800, tax_behavior: 'inclusive' },
    });
  });

  test.each([
    ['its own currency', { usd: { unit_amount: 900 } }, 'currency_options[usd]'],
    ['what is no currency', { euro: { unit_amount: 900 } }, 'currency_options[euro]'],
    ['one without an amount', { eur: { tax_behavior: 'inclusive' as const } }, 'currency_options[eur][unit_amount]'],
  ])('refuses %s', async (_what, currency_options, param) => {
    const asked = priced(1000, 900, { currency_options });
    expect(await refusal(asked)).toMatchObject({ statusCode: 400, param });
  });

  test('is subscribed to, changed and renewed in the currency that was asked for', async () => {
    const { clock, customer } = await shop(rig, at('2026-04-01'));
    const [small, large] = [await priced(1000, 900), await priced(2000, 1700)];
    const { id, currency, ...made } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      currency: 'eur',
      items: [{ price: small.id, quantity: 2 }],
      expand: ['latest_invoice'],
    });
    expect([currency, made.latest_invoice]).toMatchObject(['eur', { currency: 'eur', amount_paid: 1800 }]);
    const [item] = made.items.data;
    expect(item?.price).toMatchObject({ currency: 'usd', unit_amount: 1000 });
    await advance(rig, clock, at('2026-04-16'));
    const { latest_invoice } = await rig.stripe.subscriptions.update(id, {
      items: [{ id: item?.id ?? '', price: large.id }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    // Half a month of two seats: 17.00 more, 9.00 back.
    expect(latest_invoice).toMatchObject({ currency: 'eur', amount_paid: 1700 - 900 });
    await advance(rig, clock, at('2026-05-02'));
    const [renewal] = (await rig.stripe.invoices.list({ subscription: id })).data;
    expect(renewal).toMatchObject({ billing_reason: 'subscription_cycle', amount_paid: 3400 });
    expect(renewal?.lines.data[0]?.description).toBe('2 × Pro (at €17.00 / month)');
  });

  test('is billed in the customer’s currency if none is asked for, and in no other than its own ones', async () => {
    const { customer } = await shop(rig, at('2026-04-01'));
    const price = await priced(1000, 900);
    await rig.stripe.invoiceItems.create({ customer: customer.id, amount: 100, currency: 'eur' });
    const items = [{ price: price.id }];
    expect((await rig.stripe.subscriptions.create({ customer: customer.id, items })).currency).toBe('eur');
    const asked = rig.stripe.subscriptions.create({ customer: customer.id, items, currency: 'gbp' });
    expect(await refusal(asked)).toMatchObject({ statusCode: 400, param: 'items[0][price]' });
  });

  test('is bought in Checkout in another currency', async () => {
    const price = await priced(1000, 900);
    const session = await rig.stripe.checkout.sessions.create({
      mode: 'subscription',
      currency: 'eur',
      line_items: [{ price: price.id, quantity: 3 }],
      success_url: 'https://app.example/done',
    });
    expect(session).toMatchObject({ currency: 'eur', amount_total: 2700 });
    const card = { number: '4242424242424242', expiry: '12/40', cvc: '123', email: 'ada@example.com' };
    await fetch(session.url ?? '', { method: 'POST', body: new URLSearchParams(card), redirect: 'manual' });
    const { invoice } = await rig.stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice'] });
    expect(invoice).toMatchObject({ currency: 'eur', amount_paid: 2700 });
  });
});
