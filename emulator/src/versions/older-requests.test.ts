import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../test/billing.js';
import type { Rig } from '../../test/rig.js';
import { startRig } from '../../test/rig.js';

type Json = Record<string, unknown>;
const START = Date.UTC(2026, 0, 1) / 1000;
const NEXT = Date.UTC(2026, 1, 1) / 1000;

let rig: Rig;
let customer: Stripe.Customer;
let price: Stripe.Price;
let coupon: Stripe.Coupon;
beforeAll(async () => {
  rig = await startRig();
  ({ customer, price } = await shop(rig, START));
  coupon = await rig.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
});
afterAll(() => rig.stop());

const as = async (version: string, verb: string, path: string, form?: string) =>
  (await rig.call(verb, path, form, { 'stripe-version': version })) as {
    status: number;
    body: Json & { error?: Json };
  };

describe.each(['2022-11-15', '2024-06-20'])('a request of %s', (version) => {
  const subscribe = async (more = ''): Promise<Json> =>
    (await as(version, 'POST', '/v1/subscriptions', `customer=${customer.id}&items[0][price]=${price.id}${more}`)).body;

  test('expands what pays an invoice, and what it is for, both ways', async () => {
    const made = await subscribe('&expand[]=latest_invoice.payment_intent&expand[]=latest_invoice.charge');
    const invoice = made.latest_invoice as Json;
    expect(made).toMatchObject({
      current_period_start: START,
      current_period_end: NEXT,
      billing_mode: { type: 'classic' },
      latest_invoice: {
        paid: true,
        subscription: made.id,
        payment_intent: { object: 'payment_intent', status: 'succeeded', invoice: invoice.id },
        charge: { object: 'charge', paid: true, invoice: invoice.id },
      },
    });
    const { id } = invoice.payment_intent as Json;
    const { body } = await as(version, 'GET', `/v1/payment_intents/${String(id)}?expand[]=invoice.subscription`);
    expect(body).toMatchObject({
      invoice: { id: invoice.id, subscription: { id: made.id, current_period_end: NEXT } },
    });
  });

  test('accepts a coupon, shows it as the discount, and removes it', async () => {
    const made = await subscribe(`&coupon=${coupon.id}`);
    expect(made.discount).toMatchObject({ object: 'discount', coupon: { id: coupon.id, percent_off: 10 } });
    const { body } = await as(version, 'POST', `/v1/subscriptions/${String(made.id)}`, 'coupon=');
    expect(body).toMatchObject({ discount: null, discounts: [] });
  });

  test('sees the upcoming invoice, with the change it asks about, and its lines', async () => {
    const made = await subscribe();
    const item = (made.items as { data: Json[] }).data[0]?.id as string;
    const asked = `subscription=${String(made.id)}&subscription_items[0][id]=${item}&subscription_items[0][quantity]=3&subscription_proration_behavior=none&coupon=${coupon.id}`;
    const { body } = await as(version, 'GET', `/v1/invoices/upcoming?${asked}`);
    expect(body).toMatchObject({ object: 'invoice', subscription: made.id, subtotal: 3000, total: 2700, paid: false });
    expect(body).not.toHaveProperty('id');
    const lines = await as(version, 'GET', `/v1/invoices/upcoming/lines?${asked}&limit=1`);
    expect(lines.body).toMatchObject({ data: [{ quantity: 3, price: { id: price.id } }], has_more: false });
    expect(await rig.stripe.subscriptions.retrieve(made.id as string)).toMatchObject({
      items: { data: [{ quantity: 1 }] },
    });
  });

  test('for a customer who will not be billed says so', async () => {
    const { id } = await rig.stripe.customers.create();
    const { status, body } = await as(version, 'GET', `/v1/invoices/upcoming?customer=${id}`);
    expect([status, body.error?.code]).toEqual([404, 'invoice_upcoming_none']);
  });

  test('names a price of an invoice item, and a page of Checkout, as it did', async () => {
    const { id } = await rig.stripe.customers.create();
    const once = await rig.stripe.prices.create({ currency: 'usd', unit_amount: 700, product_data: { name: 'Once' } });
    const item = await as(version, 'POST', '/v1/invoiceitems', `customer=${id}&price=${once.id}`);
    expect(item.body).toMatchObject({ amount: 700, price: { id: once.id } });
    const sent = `mode=payment&line_items[0][price]=${once.id}&line_items[0][quantity]=1&ui_mode=embedded&return_url=https://app.example`;
    const session = await as(version, 'POST', '/v1/checkout/sessions', sent);
    expect(session.body).toMatchObject({ ui_mode: 'embedded', shipping_details: null });
  });

  test('does not get what was added later', async () => {
    const { id } = (await rig.stripe.invoices.list({ customer: customer.id })).data[0] ?? {};
    for (const name of ['payments', 'confirmation_secret']) {
      const { status, body } = await as(version, 'GET', `/v1/invoices/${String(id)}?expand[]=${name}`);
      expect([status, body.error?.message]).toEqual([400, `This property cannot be expanded (${name}).`]);
    }
    const { status, body } = await as(version, 'POST', '/v1/subscription_items/si_1/usage_records', 'quantity=1');
    expect([status, body.error?.code]).toEqual([501, 'emulator_not_built']);
  });
});

describe('a request of an older version still has', () => {
  test('the charges of a payment (before 2022-11-15), and can expand them', async () => {
    const form = 'amount=900&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card';
    const { body } = await as('2020-08-27', 'POST', '/v1/payment_intents', `${form}&expand[]=charges.data.customer`);
    expect(body).toMatchObject({ charges: { object: 'list', data: [{ object: 'charge', payment_intent: body.id }] } });
    const newer = await as('2022-11-15', 'GET', `/v1/payment_intents/${String(body.id)}`);
    expect(newer.body).not.toHaveProperty('charges');
    const failed = await as('2020-08-27', 'POST', `/v1/payment_intents/${String(body.id)}/capture`);
    expect(failed.body.error?.payment_intent).toMatchObject({ charges: { data: [{ object: 'charge' }] } });
  });

  test('the refunds of a charge (before 2022-11-15); a newer one gets them when it asks', async () => {
    const form = 'amount=900&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card';
    const paid = await as('2020-08-27', 'POST', '/v1/payment_intents', form);
    expect(paid.body).toMatchObject({
      charges: { data: [{ refunds: { object: 'list', data: [], has_more: false } }] },
    });
    const intent = String(paid.body.id);
    const { body } = await as('2022-08-01', 'POST', '/v1/refunds', `payment_intent=${intent}&amount=400`);
    const charge = `/v1/charges/${String(body.charge)}`;
    const older = await as('2022-08-01', 'GET', charge);
    expect(older.body).toMatchObject({ refunds: { url: `${charge}/refunds`, data: [{ id: body.id, amount: 400 }] } });
    expect((await as('2022-11-15', 'GET', charge)).body).not.toHaveProperty('refunds');
    const asked = await as('2022-11-15', 'GET', `${charge}?expand[]=refunds`);
    expect(asked.body).toMatchObject({ refunds: { data: [{ id: body.id }] } });
  });

  test('the one discount of an invoice (before basil)', async () => {
    const { id } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      discounts: [{ coupon: coupon.id }],
    });
    const [bill] = (await rig.stripe.invoices.list({ subscription: id })).data;
    const { body } = await as('2023-10-16', 'GET', `/v1/invoices/${bill?.id ?? ''}`);
    expect(body).toMatchObject({ discount: { object: 'discount', coupon: { id: coupon.id } } });
  });

  test('a card behind a customer’s default source', async () => {
    const { id } = await rig.stripe.customers.create({ source: 'tok_visa' });
    const { body } = await as('2022-11-15', 'GET', `/v1/customers/${id}?expand[]=default_source`);
    expect(body).toMatchObject({ default_source: { object: 'card', brand: 'Visa', customer: id } });
  });
});

describe('a request of the current version', () => {
  test.each([
    ['GET', '/v1/invoices/upcoming?customer=cus_1', undefined],
    ['POST', '/v1/subscription_items/si_1/usage_records', 'quantity=1'],
  ])('has no %s %s any more', async (verb, path, form) => {
    const { status, body } = await rig.call(verb, path, form);
    expect([status, body.error?.message]).toEqual([404, expect.stringContaining('Unrecognized request URL')]);
  });

  test.each([
    ['/v1/subscriptions', 'coupon=x', 'coupon'],
    ['/v1/invoiceitems', 'price=x', 'price'],
  ])('%s knows no %s', async (path, form, param) => {
    const { status, body } = await rig.call('POST', path, form);
    expect([status, body.error?.code, body.error?.param]).toEqual([400, 'parameter_unknown', param]);
  });

  test('cannot expand what an invoice no longer has', async () => {
    const { id } = (await rig.stripe.invoices.list({ customer: customer.id })).data[0] ?? {};
    const { status } = await rig.call('GET', `/v1/invoices/${String(id)}?expand[]=payment_intent`);
    expect(status).toBe(400);
  });
});
