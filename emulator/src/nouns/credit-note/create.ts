import type { Values } from '../../api/params.js';
import {
  accepted,
  emptyable,
  hash,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  needed,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
} from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { newId, randomText } from '../../state/id.js';
import type { CreditNoteLineRow } from '../credit-note-line-item/row.js';
import type { CreditNoteRow } from './row.js';
import type { InvoiceRow } from '../invoice/row.js';
import type { LineItemRow } from '../line-item/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { taxOf } from '../price/amount.js';
import { changeBalance } from '../customer-balance-transaction/operations.js';
import { settleCredit } from '../invoice/credit.js';
import { refundCharge } from '../refund/operations.js';

const lineParam = () =>
  hash({
    amount: integer(1),
    description: text(),
    invoice_line_item: text(),
    metadata: metadata(),
    quantity: integer(1),
    tax_rates: emptyable(listOf(text())),
    type: needed(oneOf('custom_line_item', 'invoice_line_item')),
    unit_amount: integer(0),
    ...unbuiltAll('tax_amounts', 'unit_amount_decimal'),
  });

export const creditNoteParams = {
  invoice: needed(text()),
  amount: integer(1),
  credit_amount: integer(0),
  effective_at: timestamp(),
  email_type: accepted(),
  lines: listOf(lineParam()),
  memo: text(),
  metadata: metadata(),
  out_of_band_amount: integer(0),
  reason: oneOf('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'),
  refund_amount: integer(0),
  ...unbuiltAll('refunds', 'shipping_cost'),
};

type Sent = Values<typeof creditNoteParams>;
interface Line {
  amount: number;
  tax: number;
  discount: number;
  row: Omit<CreditNoteLineRow, 'hidden'>;
}

/**
 * Takes back a part of a finalized invoice: of an open one what is left to pay, of a paid one money, as a refund, as the
 * customer's credit or outside Stripe (https://docs.stripe.com/invoicing/integration/programmatic-credit-notes).
 */
export function createCreditNote(unit: Unit, sent: Sent): CreditNoteRow {
  const invoice = unit.need('invoice', sent.invoice, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid' && invoice.status !== 'uncollectible') {
    throw invalid('You can only create credit notes for finalized invoices.', 'invoice', 'invoice_not_editable');
  }
  if ((sent.lines === undefined) === (sent.amount === undefined)) {
    throw invalid('Provide exactly one of `amount` or `lines`.', 'amount', 'parameter_missing');
  }
  const lines = (sent.lines ?? [wholeLine(sent.amount ?? 0)]).map((line, index) => lineOf(unit, invoice, line, index));
  const total = totalOf(lines);
  const paid = invoice.status === 'paid';
  const left = paid ? invoice.amount_paid - invoice.post_payment_credit_notes_amount : invoice.amount_remaining;
  if (total > left) {
    throw invalid(
      `The sum of credit note total for this invoice (${total}) exceeds what can be credited (${left}).`,
      'amount',
    );
  }
  const id = newId('cn');
  const money = paid ? moveMoney(unit, invoice, sent, { id, total }) : NO_MONEY;
  unit.insertUnannounced('credit_note', {
    ...newCreditNote(unit, invoice, sent, { id, lines }),
    customer_balance_transaction: money.credit,
    refunds: money.refund === null ? [] : [money.refund],
  });
  for (const { row } of lines) unit.insert('credit_note_line_item', { ...row, hidden: { creditNote: id } });
  const announced = unit.announce('credit_note', id);
  settleCredit(unit, invoice.id, paid ? 0 : total, paid ? total : 0);
  return announced;
}

const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, { amount, tax }) => sum + amount + tax, 0);

const inclusiveOf = (lines: readonly Line[]): number =>
  lines
    .flatMap(({ row }) => row.taxes ?? [])
    .reduce((sum, tax) => sum + (tax.tax_behavior === 'inclusive' ? tax.amount : 0), 0);

/** The row, before any money has moved. */
function newCreditNote(
  unit: Unit,
  invoice: InvoiceRow,
  sent: Sent,
  { id, lines }: { id: string; lines: readonly Line[] },
): CreditNoteRow {
  const paid = invoice.status === 'paid';
  const total = totalOf(lines);
  const subtotal = lines.reduce((sum, { amount, discount }) => sum + amount + discount, 0);
  const net = lines.reduce((sum, { amount }) => sum + amount, 0);
  const count = unit.all('credit_note', 'invoice', invoice.id).length + 1;
  return {
    id,
    object: 'credit_note',
    amount: total,
    amount_shipping: 0,
    created: unit.now,
    currency: invoice.currency,
    customer: idOf(invoice.customer) ?? '',
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: subtotal - net,
    discount_amounts: [],
    effective_at: sent.effective_at ?? unit.now,
    invoice: invoice.id,
    livemode: false,
    memo: sent.memo ?? null,
    metadata: mergeMetadata(null, sent.metadata),
    number: `${invoice.number ?? invoice.id}-CN-${String(count).padStart(2, '0')}`,
    out_of_band_amount: sent.out_of_band_amount ?? null,
    pdf: `${unit.store.origin}/credit_notes/${unit.store.identity.account}/test_${randomText(24)}/pdf`,
    post_payment_amount: paid ? total : 0,
    pre_payment_amount: paid ? 0 : total,
    pretax_credit_amounts: [],
    reason: sent.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: 'issued',
    subtotal,
    subtotal_excluding_tax: subtotal - inclusiveOf(lines),
    total,
    total_excluding_tax: net - inclusiveOf(lines),
    total_taxes: lines.flatMap(({ row }) => row.taxes ?? []),
    type: paid ? 'post_payment' : 'pre_payment',
    voided_at: null,
  };
}

function wholeLine(amount: number): NonNullable<Sent['lines']>[number] {
  return { type: 'custom_line_item', description: 'Credit', unit_amount: amount, quantity: 1 };
}

function lineOf(unit: Unit, invoice: InvoiceRow, sent: NonNullable<Sent['lines']>[number], index: number): Line {
  const of =
    sent.type === 'custom_line_item'
      ? undefined
      : unit.need('line_item', sent.invoice_line_item ?? '', `lines[${index}][invoice_line_item]`);
  if (of !== undefined && of.invoice !== invoice.id) {
    throw invalid('The line item does not belong to this invoice.', `lines[${index}][invoice_line_item]`);
  }
  const quantity = sent.quantity ?? (of === undefined ? 1 : of.quantity);
  const each = sent.unit_amount ?? (of?.quantity ? Math.round(of.amount / of.quantity) : (of?.amount ?? 0));
  const gross = sent.amount ?? (of !== undefined && sent.quantity === undefined ? of.amount : each * (quantity ?? 1));
  const share = of === undefined || of.amount === 0 ? 0 : gross / of.amount;
  const discount = Math.round((of?.discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0) * share);
  const rates = (sent.tax_rates ?? ratesOnLine(of)).map((id) => unit.need('tax_rate', id, 'tax_rates'));
  const amount = gross - discount;
  const taxes = rates.map(({ id, percentage, inclusive }) => ({
    amount: taxOf(amount, percentage, inclusive),
    tax_behavior: inclusive ? 'inclusive' : 'exclusive',
    tax_rate_details: { tax_rate: id },
    taxability_reason: 'standard_rated',
    taxable_amount: inclusive ? amount - taxOf(amount, percentage, true) : amount,
    type: 'tax_rate_details' as const,
  }));
  return {
    amount,
    discount,
    tax: taxes.reduce((sum, tax) => sum + (tax.tax_behavior === 'exclusive' ? tax.amount : 0), 0),
    row: {
      id: newId('cnli'),
      object: 'credit_note_line_item',
      amount: gross,
      description: sent.description ?? of?.description ?? null,
      discount_amount: discount,
      discount_amounts: [],
      ...(of === undefined ? {} : { invoice_line_item: of.id }),
      livemode: false,
      metadata: mergeMetadata(null, sent.metadata),
      pretax_credit_amounts: [],
      quantity: quantity ?? null,
      tax_rates: rates,
      taxes,
      type: sent.type,
      unit_amount: each,
      unit_amount_decimal: String(each),
    },
  };
}

/** The rates at which a line was taxed, be they its own or the invoice's. An exempt customer paid no tax to give back. */
const ratesOnLine = (line: LineItemRow | undefined): string[] =>
  (line?.taxes ?? []).flatMap((tax) => (tax.amount === 0 ? [] : (tax.tax_rate_details?.tax_rate ?? [])));

/** Where the money of a credit note went. `credit`: the transaction on the customer's balance. */
interface MovedMoney {
  refund: CreditNoteRow['refunds'][number] | null;
  credit: string | null;
}

const NO_MONEY: MovedMoney = { refund: null, credit: null };

/** A paid invoice's credit must say where the money goes; all of it to the customer's balance unless told. */
function moveMoney(
  unit: Unit,
  invoice: InvoiceRow,
  sent: Sent,
  { id, total }: { id: string; total: number },
): MovedMoney {
  const refunded = sent.refund_amount ?? 0;
  const outside = sent.out_of_band_amount ?? 0;
  const told = sent.refund_amount !== undefined || sent.out_of_band_amount !== undefined;
  const credited = sent.credit_amount ?? (told ? 0 : total);
  if (refunded + outside + credited !== total) {
    throw invalid(
      `The sum of credit amount, refund amount and out of band amount (${refunded + outside + credited}) must equal the credit note total (${total}).`,
      'amount',
    );
  }
  const intent = unit.find('payment_intent', invoice.hidden.payment_intent);
  const charge = unit.find('charge', idOf(intent?.latest_charge));
  if (refunded > 0 && charge === undefined) throw invalid('This invoice has no charge to refund.', 'refund_amount');
  const refund = refunded > 0 && charge !== undefined ? refundCharge(unit, charge, { amount: refunded }) : null;
  const credit =
    credited === 0
      ? null
      : changeBalance(unit, idOf(invoice.customer) ?? '', {
          amount: -credited,
          currency: invoice.currency,
          type: 'credit_note',
          creditNote: id,
          invoice: invoice.id,
        });
  return {
    refund:
      refund === null
        ? null
        : { amount_refunded: refunded, payment_record_refund: null, refund: refund.id, type: 'refund' },
    credit: credit?.id ?? null,
  };
}
