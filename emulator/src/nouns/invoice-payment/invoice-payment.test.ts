import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

async function owes(amount: number): Promise<{ customer: string; invoice: string; own: string }> {
  const { id: customer } = await rig.stripe.customers.create();
  const { id } = await rig.stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 7 });
  await rig.stripe.invoiceItems.create({ customer, invoice: id, amount, currency: 'usd' });
  const invoice = await rig.stripe.invoices.finalizeInvoice(id, { expand: ['payments'] });
  return { customer, invoice: id, own: invoice.payments?.data[0]?.payment.payment_intent as string };
}
const pays = (customer: string, amount: number, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  rig.stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    customer,
    payment_method: 'pm_card_visa',
    confirm: true,
    ...more,
  });
const attach = (invoice: string, payment: { id: string }) =>
  rig.stripe.invoices.attachPayment(invoice, { payment_intent: payment.id, expand: ['payments'] });

describe('a payment attached to an invoice', () => {
  test('pays a part of it, and the invoice’s own payment pays the rest', async () => {
    const { customer, invoice, own } = await owes(1000);
    const paid = await attach(invoice, await pays(customer, 400));
    expect(paid).toMatchObject({ status: 'open', amount_due: 1000, amount_paid: 400, amount_remaining: 600 });
    expect(
      paid.payments?.data.map(({ is_default, status, amount_paid: amount }) => [is_default, status, amount]),
    ).toEqual([
      [true, 'open', null],
      [false, 'paid', 400],
    ]);
    expect((await rig.stripe.paymentIntents.retrieve(own)).amount).toBe(600);
    expect(await rig.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'paid',
      amount_paid: 1000,
      amount_remaining: 0,
    });
  });

  test('pays all of it or more, and the invoice’s own payment is canceled', async () => {
    const { customer, invoice, own } = await owes(1000);
    await attach(invoice, await pays(customer, 700));
    const paid = await attach(invoice, await pays(customer, 500));
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 1000, amount_overpaid: 200, amount_remaining: 0 });
    expect(paid.payments?.data.map(({ status }) => status)).toEqual(['canceled', 'paid', 'paid']);
    expect((await rig.stripe.paymentIntents.retrieve(own)).status).toBe('canceled');
    const names = (await eventsOf(rig.stripe, invoice)).map(({ type }) => type);
    expect(names.slice(-3)).toEqual(['invoice.updated', 'invoice.paid', 'invoice.payment_succeeded']);
  });

  test('that has not succeeded yet pays when it does', async () => {
    const { customer, invoice } = await owes(1000);
    const waiting = await pays(customer, 1000, { confirm: false });
    expect((await attach(invoice, waiting)).status).toBe('open');
    await rig.stripe.paymentIntents.confirm(waiting.id);
    expect((await rig.stripe.invoices.retrieve(invoice)).status).toBe('paid');
  });

  test('must fit the invoice', async () => {
    const { customer, invoice } = await owes(1000);
    const other = await owes(1000);
    const payment = await pays(customer, 100);
    await attach(invoice, payment);
    for (const [to, wrong] of [
      [other.invoice, await pays(customer, 100)],
      [invoice, payment],
      [invoice, await pays(customer, 100, { currency: 'eur' })],
      [invoice, await rig.stripe.paymentIntents.cancel((await pays(customer, 100, { confirm: false })).id)],
    ] as const) {
      expect(await refusal(attach(to, wrong))).toMatchObject({ statusCode: 400, param: 'payment_intent' });
    }
    await rig.stripe.invoices.voidInvoice(invoice);
    expect((await refusal(attach(invoice, await pays(customer, 100)))).statusCode).toBe(400);
  });
});
