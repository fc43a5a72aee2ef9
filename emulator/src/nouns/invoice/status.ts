import type Stripe from 'stripe';
import { invalid } from '../../api/problem.js';
import { newId, randomText } from '../../state/id.js';
import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { changeBalance } from '../customer-balance-transaction/operations.js';
import { isChargeable } from '../price/currency.js';
import { taxIdsOf } from './draft.js';
import type { PaymentOutcome } from '../payment-intent/outcome.js';
import { sharesOf } from '../subscription/sharing.js';
import { applyCredits, returnCredits } from '../credit-grant/apply.js';
import { attemptPayment } from '../payment-intent/attempt.js';
import { newPayment } from '../payment-intent/create.js';
import { cancelPayment } from '../payment-intent/cancel.js';

/**
 * Finalizes a draft: it gets its number and, if something is due, the payment intent that pays it
 * (`payment_intent.created`, `invoice.finalized`). Nothing due means paid.
 * @param done `paidBy`: the payment, if any, that paid it already
 */
export function finalizeInvoice(unit: Unit, id: string, done?: { paidBy: string | null }): InvoiceRow {
  const found = unit.need('invoice', id);
  if (found.status !== 'draft') {
    throw invalid(
      "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
      undefined,
      'invoice_not_editable',
    );
  }
  const draft = done === undefined ? settleBalance(unit, applyCredits(unit, found)) : found;
  const payment = done === undefined ? (draft.amount_due > 0 ? paymentOf(unit, draft) : null) : done.paidBy;
  if (done?.paidBy) addPayment(unit, draft, done.paidBy);
  const page = `${unit.store.origin}/i/${unit.store.identity.account}/test_${randomText(24)}`;
  unit.update('invoice', id, {
    status: 'open',
    number: nextNumber(unit, idOf(draft.customer) ?? ''),
    customer_tax_ids: taxIdsOf(unit, idOf(draft.customer) ?? ''),
    effective_at: unit.now,
    automatically_finalizes_at: null,
    hosted_invoice_url: page,
    invoice_pdf: `${page}/pdf`,
    status_transitions: { ...draft.status_transitions, finalized_at: unit.now },
    hidden: { ...draft.hidden, payment_intent: payment },
  });
  unit.emit('invoice.finalized', 'invoice', id);
  if (payment === null || done !== undefined) invoicePaid(unit, id, payment);
  return unit.need('invoice', id);
}

/**
 * The customer's balance goes into the invoice: credit lowers what is due, debt raises it, a negative total is credited. What
 * is too little to charge is added to the balance, and nothing is due (https://docs.stripe.com/api/invoices).
 */
function settleBalance(unit: Unit, draft: InvoiceRow): InvoiceRow {
  const customer = idOf(draft.customer) ?? '';
  const starting = unit.need('customer', customer).balance ?? 0;
  const sum = draft.total + starting;
  const tooSmall = sum > 0 && !isChargeable(sum, draft.currency);
  const due = tooSmall ? 0 : Math.max(sum, 0);
  const ending = sum - due;
  if (ending !== starting) {
    changeBalance(unit, customer, {
      amount: ending - starting,
      currency: draft.currency,
      type: tooSmall ? 'invoice_too_small' : 'applied_to_invoice',
      invoice: draft.id,
    });
  }
  const patch = { amount_due: due, amount_remaining: due, starting_balance: starting, ending_balance: ending };
  return unit.quietly(() => unit.update('invoice', draft.id, patch));
}

function paymentOf(unit: Unit, draft: InvoiceRow): string {
  const id = newPayment(unit, {
    amount: draft.amount_due,
    currency: draft.currency,
    customer: idOf(draft.customer),
    description: draft.hidden.subscription === null ? 'Payment for Invoice' : 'Subscription creation',
    patch: {
      setup_future_usage: draft.hidden.subscription === null ? null : 'off_session',
      ...sharesOf(unit.find('subscription', draft.hidden.subscription), draft.amount_due),
    },
  }).id;
  addPayment(unit, draft, id);
  return id;
}

/** Links an invoice and its payment, in both directions. */
export function addPayment(unit: Unit, draft: InvoiceRow, payment: string, isDefault = true): void {
  const { hidden, amount } = unit.need('payment_intent', payment);
  unit.update('payment_intent', payment, { hidden: { ...hidden, invoice: draft.id } }, []);
  unit.insert('invoice_payment', {
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: amount,
    created: unit.now,
    currency: draft.currency,
    invoice: draft.id,
    is_default: isDefault,
    livemode: false,
    payment: { payment_intent: payment, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

function nextNumber(unit: Unit, customerId: string): string {
  const customer = unit.need('customer', customerId);
  const next = customer.next_invoice_sequence ?? 1;
  unit.update('customer', customerId, { next_invoice_sequence: next + 1 });
  return `${customer.invoice_prefix ?? 'EMU'}-${String(next).padStart(4, '0')}`;
}

/** Tries to collect an open invoice with its default payment method. Undefined: there is none. */
export function collectInvoice(
  unit: Unit,
  id: string,
  attempt: { paymentMethod?: string | undefined; offSession?: boolean | undefined } = {},
): PaymentOutcome | undefined {
  const invoice = unit.need('invoice', id);
  const method = attempt.paymentMethod ?? defaultMethod(unit, invoice);
  if (invoice.hidden.payment_intent === null || method === undefined) return undefined;
  return attemptPayment(unit, invoice.hidden.payment_intent, { ...attempt, paymentMethod: method });
}

/** The invoice's own, the subscription's, the customer's: in this order. */
export function defaultMethod(unit: Unit, invoice: InvoiceRow): string | undefined {
  const subscription = unit.find('subscription', invoice.hidden.subscription);
  const customer = unit.find('customer', idOf(invoice.customer));
  return (
    idOf(invoice.default_payment_method) ??
    idOf(subscription?.default_payment_method) ??
    idOf(customer?.invoice_settings.default_payment_method) ??
    idOf(customer?.default_source) ??
    undefined
  );
}

/** `invoice.paid`, `invoice.payment_succeeded`. */
export function invoicePaid(unit: Unit, id: string, payment: string | null, outOfBand = false): void {
  const invoice = unit.need('invoice', id);
  if (invoice.status === 'paid') return;
  if (invoice.hidden.payment_intent !== payment) dropPayment(unit, invoice, 'automatic');
  for (const row of unit.all('invoice_payment', 'invoice', id)) {
    const isIt = payment !== null && row.payment.payment_intent === payment;
    if (!isIt) {
      if (row.status === 'open') closePayment(unit, row);
      continue;
    }
    unit.update(
      'invoice_payment',
      row.id,
      {
        status: 'paid',
        amount_paid: unit.need('payment_intent', payment).amount_received,
        status_transitions: { ...row.status_transitions, paid_at: unit.now },
      },
      [],
    );
    unit.emit('invoice_payment.paid', 'invoice_payment', row.id);
  }
  unit.update('invoice', id, {
    status: 'paid',
    amount_paid: invoice.amount_due,
    ...(outOfBand ? { amount_paid_off_stripe: invoice.amount_due } : {}),
    amount_remaining: 0,
    attempted: true,
    attempt_count: payment === null ? invoice.attempt_count : invoice.attempt_count + 1,
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, paid_at: unit.now },
  });
  unit.emit('invoice.paid', 'invoice', id);
  unit.emit('invoice.payment_succeeded', 'invoice', id);
  unit.react('invoice.paid', { invoice: unit.need('invoice', id), payment });
}

/** `invoice.payment_failed`. */
export function invoiceFailed(unit: Unit, id: string): void {
  const invoice = unit.need('invoice', id);
  unit.update('invoice', id, { attempted: true, attempt_count: invoice.attempt_count + 1 });
  unit.emit('invoice.payment_failed', 'invoice', id);
  unit.react('invoice.payment_failed', { invoice: unit.need('invoice', id) });
}

/** The customer has to answer a challenge: `invoice.payment_action_required`. */
export function invoiceActionRequired(unit: Unit, id: string): void {
  unit.update('invoice', id, { attempted: true });
  unit.emit('invoice.payment_action_required', 'invoice', id);
}

/** `invoice.voided`; what would have paid it is canceled. */
export function voidInvoice(unit: Unit, id: string): InvoiceRow {
  const invoice = unit.need('invoice', id);
  dropPayment(unit, invoice, 'void_invoice');
  returnCredits(unit, id);
  closePayments(unit, id);
  unit.update('invoice', id, {
    status: 'void',
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, voided_at: unit.now },
  });
  unit.emit('invoice.voided', 'invoice', id);
  unit.react('invoice.voided', { invoice: unit.need('invoice', id) });
  return unit.need('invoice', id);
}

/** The invoice's own payment is no longer wanted. */
function dropPayment(unit: Unit, invoice: InvoiceRow, reason: 'automatic' | 'void_invoice'): void {
  const payment = unit.find('payment_intent', invoice.hidden.payment_intent);
  if (payment === undefined || payment.status === 'succeeded' || payment.status === 'canceled') return;
  cancelPayment(unit, payment.id, reason);
}

function closePayments(unit: Unit, invoice: string): void {
  for (const row of unit.all('invoice_payment', 'invoice', invoice)) {
    if (row.status === 'open') closePayment(unit, row);
  }
}

function closePayment(unit: Unit, { id, status_transitions: old }: Stripe.InvoicePayment): void {
  const status_transitions = { ...old, canceled_at: unit.now };
  unit.update('invoice_payment', id, { status: 'canceled', status_transitions }, []);
}
