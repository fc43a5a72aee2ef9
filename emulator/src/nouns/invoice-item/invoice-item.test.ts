import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let customer: Stripe.Customer;
let price: Stripe.Price;
beforeAll(async () => {
  rig = await startRig();
  ({ customer, price } = await shop(rig, Date.UTC(2026, 0, 1) / 1000));
});
afterAll(() => rig.stop());

const create = (form: string, version?: string) =>
  rig.call(
    'POST',
    '/v1/invoiceitems',
    `customer=${customer.id}&${form}`,
    version === undefined ? {} : { 'stripe-version': version },
  );

describe('an invoice item', () => {
  test('costs what a price made on the spot does, which is not for sale otherwise', async () => {
    const product = price.product as string;
    const { status, body } = await create(
      `price_data[currency]=usd&price_data[product]=${product}&price_data[unit_amount]=700&quantity=3`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      amount: 2100,
      quantity: 3,
      description: 'Pro',
      pricing: { unit_amount_decimal: '700', price_details: { product } },
    });
    const { price_details: details } = body.pricing as { price_details: { price: string } };
    expect(await rig.stripe.prices.retrieve(details.price)).toMatchObject({ active: false, type: 'one_time' });
  });

  test.each([
    ['unit_amount_decimal=12.5&quantity=3', 38, 3, '3'],
    ['unit_amount_decimal=-100&quantity=2', -200, 2, '2'],
    ['unit_amount_decimal=100&quantity_decimal=2.5', 250, 2, '2.5'],
  ])('of %s costs %i', async (form, amount, quantity, decimal) => {
    const { body } = await create(`currency=usd&${form}`);
    expect(body).toMatchObject({ amount, quantity, quantity_decimal: decimal, discountable: amount >= 0 });
  });

  test('of an older version is sent and shows its unit amount', async () => {
    const { body } = await create('currency=usd&unit_amount=250&quantity=2', '2024-06-20');
    expect(body).toMatchObject({ amount: 500, unit_amount: 250, unit_amount_decimal: '250' });
  });

  test.each([
    ['amount=100&unit_amount_decimal=100&currency=usd', 'amount'],
    ['currency=usd', 'amount'],
  ])('sent as %s is refused', async (form, param) => {
    const { status, body } = await create(form);
    expect([status, body.error?.param]).toEqual([400, param]);
  });

  test('does not take a price that recurs', async () => {
    const { status, body } = await create(`pricing[price]=${price.id}`);
    expect([status, body.error?.param]).toEqual([400, 'pricing[price]']);
  });
});

describe('an invoice of a subscription', () => {
  test('has what is pending for it, and nothing of others; its billing cycle stays', async () => {
    const at = await shop(rig, Date.UTC(2026, 0, 1) / 1000);
    const subscription = await rig.stripe.subscriptions.create({
      customer: at.customer.id,
      items: [{ price: at.price.id }],
    });
    const nothing = await refusal(
      rig.stripe.invoices.create({ customer: at.customer.id, subscription: subscription.id }),
    );
    expect(nothing.code).toBe('invoice_no_subscription_line_items');
    const pend = (amount: number, more: object = {}) =>
      rig.stripe.invoiceItems.create({ customer: at.customer.id, currency: 'usd', amount, ...more });
    await pend(900);
    await pend(700, { subscription: subscription.id });
    const made = await rig.stripe.invoices.create({ subscription: subscription.id });
    expect(made).toMatchObject({
      customer: at.customer.id,
      total: 700,
      billing_reason: 'manual',
      parent: { subscription_details: { subscription: subscription.id } },
    });
    expect((await rig.stripe.invoices.list({ subscription: subscription.id })).data).toHaveLength(2);
    const after = await rig.stripe.subscriptions.retrieve(subscription.id);
    expect(after.items.data[0]?.current_period_end).toBe(subscription.items.data[0]?.current_period_end);
    const other = await refusal(rig.stripe.invoices.create({ customer: customer.id, subscription: subscription.id }));
    expect(other.code).toBe('resource_missing');
  });
});
