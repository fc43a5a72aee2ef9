import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const gift = (custom: Partial<Stripe.PriceCreateParams.CustomUnitAmount> = {}): Promise<Stripe.Price> =>
  rig.stripe.prices.create({
    currency: 'usd',
    product_data: { name: 'A gift' },
    custom_unit_amount: { enabled: true, ...custom },
  });

const open = (price: string, quantity = 1): Promise<Stripe.Checkout.Session> =>
  rig.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price, quantity }],
    success_url: 'https://app.example/done',
  });

const CARD = { number: '4242424242424242', expiry: '12/40', cvc: '123', email: 'ada@example.com' };
const pay = ({ url }: Stripe.Checkout.Session, amount: string): Promise<Response> =>
  fetch(url ?? '', { method: 'POST', body: new URLSearchParams({ ...CARD, amount }), redirect: 'manual' });

describe('a price whose amount the customer chooses', () => {
  test('shows its limits and has no amount', async () => {
    expect(await gift({ minimum: 500, maximum: 10_000, preset: 2000 })).toMatchObject({
      type: 'one_time',
      unit_amount: null,
      unit_amount_decimal: null,
      custom_unit_amount: { minimum: 500, maximum: 10_000, preset: 2000 },
    });
    expect((await gift()).custom_unit_amount).toEqual({ minimum: null, maximum: null, preset: null });
  });

  test('is refused with an amount, for a subscription, beside another line, and on an invoice', async () => {
    const custom = { currency: 'usd', product_data: { name: 'A gift' }, custom_unit_amount: { enabled: true } };
    const { prices, customers, invoiceItems } = rig.stripe;
    for (const more of [{ unit_amount: 500 }, { recurring: { interval: 'month' as const } }]) {
      expect((await refusal(prices.create({ ...custom, ...more }))).param).toBe('custom_unit_amount');
    }
    const { id: price } = await gift();
    expect((await refusal(open(price, 2))).param).toBe('line_items');
    const customer = (await customers.create({})).id;
    expect((await refusal(invoiceItems.create({ customer, pricing: { price } }))).param).toBe('pricing[price]');
  });

  test('begins with the preset on the page, and takes what the customer enters', async () => {
    const session = await open((await gift({ minimum: 500, preset: 2000 })).id);
    expect(session).toMatchObject({ amount_total: 2000, payment_status: 'unpaid' });
    expect(await (await fetch(session.url ?? '')).text()).toMatch(/name="amount"[^>]*value="20.00"/);
    const little = await pay(session, '4.99');
    expect(await little.text()).toContain('The amount must be at least 500.');
    expect((await pay(session, '31.50')).status).toBe(303);
    const done = await rig.stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'line_items'] });
    expect(done).toMatchObject({
      amount_total: 3150,
      payment_status: 'paid',
      payment_intent: { amount_received: 3150 },
      line_items: { data: [{ amount_total: 3150, quantity: 1 }] },
    });
  });

  test('without a preset is still paid for, and not below what can be charged', async () => {
    const session = await open((await gift()).id);
    expect(session).toMatchObject({ amount_total: 0, payment_status: 'unpaid' });
    expect(await (await pay(session, '0.20')).text()).toContain('Amount must be at least $0.50 usd');
    expect((await pay(session, '0.50')).status).toBe(303);
    expect((await rig.stripe.checkout.sessions.retrieve(session.id)).amount_total).toBe(50);
  });
});
