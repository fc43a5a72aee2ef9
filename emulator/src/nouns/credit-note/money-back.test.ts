import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rig } from '../../../test/rig.js';
import { eventsOf, refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
let customer: Stripe.Customer;
beforeAll(async () => {
  rig = await startRig();
  customer = await rig.stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
});
afterAll(() => rig.stop());

async function invoice(pays: boolean): Promise<Stripe.Invoice> {
  const { id } = await rig.stripe.invoices.create({ customer: customer.id });
  await rig.stripe.invoiceItems.create({ customer: customer.id, invoice: id, amount: 2000, currency: 'usd' });
  const open = await rig.stripe.invoices.finalizeInvoice(id);
  return pays ? rig.stripe.invoices.pay(id) : open;
}

describe('a credit note', () => {
  test('lowers what is left of an open invoice, until the credit note is voided', async () => {
    const { id } = await invoice(false);
    const note = await rig.stripe.creditNotes.create({ invoice: id, amount: 500 });
    expect(note).toMatchObject({ type: 'pre_payment', total: 500, pre_payment_amount: 500 });
    expect(await rig.stripe.invoices.retrieve(id)).toMatchObject({
      amount_remaining: 1500,
      pre_payment_credit_notes_amount: 500,
    });
    await rig.stripe.creditNotes.voidCreditNote(note.id);
    expect(await rig.stripe.invoices.retrieve(id)).toMatchObject({
      amount_remaining: 2000,
      pre_payment_credit_notes_amount: 0,
    });
  });

  test('may credit lines, lists them, and gets a memo', async () => {
    const { creditNotes } = rig.stripe;
    const { id, lines } = await invoice(true);
    const line = { type: 'invoice_line_item', invoice_line_item: lines.data[0]?.id ?? '', quantity: 1 } as const;
    const note = await creditNotes.create({ invoice: id, lines: [line], refund_amount: 2000 });
    expect(note).toMatchObject({ total: 2000, post_payment_amount: 2000, status: 'issued' });
    expect((await creditNotes.listLineItems(note.id)).data).toMatchObject([
      { amount: 2000, invoice_line_item: line.invoice_line_item, type: 'invoice_line_item' },
    ]);
    expect((await creditNotes.update(note.id, { memo: 'Sorry' })).memo).toBe('Sorry');
    expect((await eventsOf(rig.stripe, note.id)).map(({ type }) => type)).toEqual([
      ...['credit_note.created', 'credit_note.updated'],
    ]);
  });

  test.each([
    ['the line itself, exclusive', { inclusive: false }, 'line', 1200, 1000],
    ['the subscription, exclusive', { inclusive: false }, 'default', 1200, 1000],
    ['the subscription, inclusive', { inclusive: true }, 'default', 1000, 833],
  ] as const)('gives the tax of a line back: of %s', async (_says, { inclusive }, where, total, net) => {
    const rate = await rig.stripe.taxRates.create({ display_name: 'T', percentage: 20, inclusive });
    const { customers, prices, subscriptions } = rig.stripe;
    const { id: buyer } = await customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await prices.create({
      currency: 'usd',
      unit_amount: 1000,
      recurring: { interval: 'month' },
      product_data: { name: 'Seat' },
    });
    const { latest_invoice: billed } = await subscriptions.create({
      customer: buyer,
      items: [{ price: price.id, quantity: 3, ...(where === 'line' ? { tax_rates: [rate.id] } : {}) }],
      ...(where === 'default' ? { default_tax_rates: [rate.id] } : {}),
      expand: ['latest_invoice'],
    });
    const { id, lines } = billed as Stripe.Invoice;
    const line = lines.data[0]?.id ?? '';
    const note = await rig.stripe.creditNotes.create({
      invoice: id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line, quantity: 1 }],
      refund_amount: total,
    });
    expect(note).toMatchObject({ subtotal: 1000, total, total_excluding_tax: net });
  });

  test('for all of an open invoice pays it', async () => {
    const { id } = await invoice(false);
    await rig.stripe.creditNotes.create({ invoice: id, amount: 2000 });
    expect(await rig.stripe.invoices.retrieve(id)).toMatchObject({ status: 'paid', amount_paid: 0 });
  });

  test('of a paid invoice returns money as a refund and as credit, and no more than was paid', async () => {
    const { id } = await invoice(true);
    const note = await rig.stripe.creditNotes.create({
      invoice: id,
      amount: 800,
      refund_amount: 500,
      credit_amount: 300,
    });
    expect(note).toMatchObject({ type: 'post_payment', refunds: [{ amount_refunded: 500 }] });
    expect(await rig.stripe.refunds.retrieve(note.refunds[0]?.refund as string)).toMatchObject({ amount: 500 });
    expect(await rig.stripe.customers.retrieve(customer.id)).toMatchObject({ balance: -300 });
    expect((await refusal(rig.stripe.creditNotes.create({ invoice: id, amount: 1300 }))).statusCode).toBe(400);
  });

  test('has a PDF', async () => {
    const { id, number } = await invoice(false);
    const note = await rig.stripe.creditNotes.create({ invoice: id, amount: 500 });
    const response = await fetch(note.pdf);
    expect(response.headers.get('content-type')).toBe('application/pdf');
    const text = Buffer.from(await response.arrayBuffer()).toString('latin1');
    for (const part of ['%PDF-', `Credit note ${note.number}`, `for invoice ${number ?? ''}`, '$5.00']) {
      expect(text).toContain(part);
    }
    expect((await fetch(note.pdf.replace('/test_', '/test_x'))).status).toBe(404);
  });

  test('leaves nothing behind when it is previewed', async () => {
    const { id } = await invoice(false);
    expect(await rig.stripe.creditNotes.preview({ invoice: id, amount: 100 })).toMatchObject({ total: 100 });
    expect((await rig.stripe.creditNotes.list({ invoice: id })).data).toEqual([]);
  });
});

test('an invoice that is paid elsewhere, or by credit, cancels its own payment', async () => {
  const elsewhere = await invoice(false);
  await rig.stripe.invoices.pay(elsewhere.id, { paid_out_of_band: true });
  const credited = await invoice(false);
  await rig.stripe.creditNotes.create({ invoice: credited.id, amount: 2000 });
  for (const { id } of [elsewhere, credited]) {
    const [payment] = (await rig.stripe.invoicePayments.list({ invoice: id, expand: ['data.payment.payment_intent'] }))
      .data;
    expect(payment?.status).toBe('canceled');
    expect(payment?.payment.payment_intent).toMatchObject({ status: 'canceled', cancellation_reason: 'automatic' });
  }
});

describe('a dispute', () => {
  test.each([
    ['winning_evidence', 'won', ['charge.dispute.closed', 'charge.dispute.funds_reinstated']],
    ['losing_evidence', 'lost', ['charge.dispute.closed']],
  ])('with %s is %s', async (evidence, status, names) => {
    const { id } = await rig.stripe.paymentIntents.create({
      amount: 4000,
      currency: 'usd',
      payment_method: 'pm_card_createDispute',
      confirm: true,
    });
    const [dispute] = (await rig.stripe.disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({
      status: 'needs_response',
      amount: 4000,
      balance_transactions: [{ amount: -4000, fee: 1500 }],
    });
    const own = dispute?.id ?? '';
    await rig.stripe.disputes.update(own, { evidence: { uncategorized_text: evidence } });
    expect((await rig.stripe.disputes.retrieve(own)).status).toBe(status);
    expect((await eventsOf(rig.stripe, own)).map(({ type }) => type)).toEqual([
      'charge.dispute.created',
      'charge.dispute.funds_withdrawn',
      'charge.dispute.updated',
      ...names,
    ]);
  });
});

test('money that comes and goes leaves balance transactions, found by their source and kind', async () => {
  const paid = await rig.stripe.paymentIntents.create({
    ...{ amount: 10_000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true },
  });
  const refund = await rig.stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
  const of = async (source: string) => (await rig.stripe.balanceTransactions.list({ source })).data;
  const [came] = await of(paid.latest_charge as string);
  expect(came).toMatchObject({ type: 'charge', amount: 10_000, fee: 320, net: 9_680, status: 'pending' });
  expect(await of(refund.id)).toMatchObject([
    { type: 'refund', amount: -100, net: -100, id: refund.balance_transaction },
  ]);
  const refunds = (await rig.stripe.balanceTransactions.list({ type: 'refund' })).data;
  expect(refunds.map(({ source }) => source)).toContain(refund.id);
  expect(await rig.stripe.balanceTransactions.retrieve(came?.id ?? '')).toEqual(came);
});
