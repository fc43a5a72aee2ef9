import { listOperation, range, sublist } from '../api/list.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import {
  accepted,
  emptyable,
  flag,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  text,
  timestamp,
  unbuiltAll,
} from '../api/params.js';
import { Problem, invalid } from '../api/problem.js';
import { deletedStub, given, retrieveOperation } from '../api/standard.js';
import type { Resource } from '../state/resource.js';
import type { InvoiceRow, Json } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { declineProblem } from './attach.js';
import { addLine, draftInvoice, total } from './invoice-draft.js';
import { lineOf } from './invoice-item.js';
import { collectInvoice, defaultMethod, finalizeInvoice, invoicePaid, voidInvoice } from './invoice-status.js';
import { currencyParam } from './shared.js';

export const invoice: Resource<'invoice'> = {
  title: 'invoice',
  prefix: 'in',
  created: [{ name: 'invoice.created' }],
  updated: [{ name: 'invoice.updated' }],
  deleted: [{ name: 'invoice.deleted' }],
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    lines: sublist(`/v1/invoices/${shown.id}/lines`, unit.all('line_item', 'invoice', shown.id)),
  }),
};

/** The parts of an invoice that are shown only when asked for. */
export function invoicePayments(id: string, unit: Unit): Json {
  return {
    object: 'list',
    data: unit.all('invoice_payment', 'invoice', id),
    has_more: false,
    url: `/v1/invoice_payments?invoice=${id}`,
  };
}

export function confirmationSecret(id: string, unit: Unit): Json | null {
  const { hidden, status } = unit.need('invoice', id);
  const secret = unit.find('payment_intent', hidden.payment_intent)?.client_secret ?? null;
  return secret === null || status === 'draft' ? null : { client_secret: secret, type: 'payment_intent' };
}

const editable = {
  auto_advance: flag(),
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  days_until_due: integer(0),
  default_payment_method: emptyable(text()),
  description: emptyable(text()),
  due_date: timestamp(),
  footer: emptyable(text()),
  metadata: metadata(),
  statement_descriptor: text(22),
};
const unbuiltFields = unbuiltAll(
  'account_tax_ids',
  'application_fee_amount',
  'automatic_tax',
  'automatically_finalizes_at',
  'custom_fields',
  'customer_account',
  'default_source',
  'default_tax_rates',
  'discounts',
  'effective_at',
  'issuer',
  'number',
  'on_behalf_of',
  'payment_settings',
  'rendering',
  'shipping_cost',
  'shipping_details',
  'transfer_data',
);

export const invoiceOperations: readonly Operation[] = [
  operation(
    'POST /v1/invoices',
    {
      ...editable,
      ...unbuiltFields,
      ...unbuiltAll('from_invoice', 'subscription'),
      currency: currencyParam(),
      customer: text(),
      pending_invoice_items_behavior: oneOf('exclude', 'include'),
    },
    ({ unit, params }) => {
      if (params.customer === undefined)
        throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
      const customer = unit.need('customer', params.customer, 'customer');
      const items = params.pending_invoice_items_behavior === 'include' ? pendingItems(unit, customer.id) : [];
      const row = draftInvoice(
        unit,
        {
          customer,
          currency: params.currency ?? items[0]?.currency ?? customer.currency ?? 'usd',
          billingReason: 'manual',
          collectionMethod: params.collection_method ?? 'charge_automatically',
          autoAdvance: params.auto_advance ?? false,
          period: { start: unit.now, end: unit.now },
          patch: patchOf(unit, null, params),
        },
        items.map((item) => lineOf(unit, item)),
      );
      for (const item of items) unit.update('invoiceitem', item.id, { invoice: row.id }, []);
      setCurrency(unit, customer.id, row.currency);
      return unit.show('invoice', row.id);
    },
  ),
  retrieveOperation('/v1/invoices', 'invoice'),
  operation('POST /v1/invoices/:id', { ...editable, ...unbuiltFields }, ({ unit, at, params }) => {
    const row = unit.need('invoice', at.id ?? '');
    return unit.view('invoice', unit.update('invoice', row.id, patchOf(unit, row, params)));
  }),
  operation('DELETE /v1/invoices/:id', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.status !== 'draft') throw invalid('You can only delete draft invoices.', undefined, 'invoice_not_editable');
    for (const item of unit.all('invoiceitem', 'invoice', row.id))
      unit.update('invoiceitem', item.id, { invoice: null }, []);
    unit.remove('invoice', row.id);
    for (const line of unit.all('line_item', 'invoice', row.id)) unit.remove('line_item', line.id);
    return deletedStub(row.id, 'invoice');
  }),
  operation('POST /v1/invoices/:id/finalize', { auto_advance: flag() }, ({ unit, at }) =>
    unit.view('invoice', finalizeInvoice(unit, at.id ?? '')),
  ),
  operation(
    'POST /v1/invoices/:id/pay',
    {
      off_session: flag(),
      paid_out_of_band: flag(),
      payment_method: text(),
      ...unbuiltAll('forgive', 'mandate', 'source'),
    },
    ({ unit, at, params }) => {
      const before = unit.need('invoice', at.id ?? '');
      if (before.status === 'draft') finalizeInvoice(unit, before.id);
      const row = unit.need('invoice', before.id);
      if (row.status === 'paid' && before.status === 'draft') return unit.view('invoice', row);
      if (row.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
      if (row.status !== 'open')
        throw invalid(
          `This invoice can no longer be paid: its status is ${row.status}.`,
          undefined,
          'invoice_not_payable',
        );
      if (params.paid_out_of_band === true) {
        invoicePaid(unit, row.id, null, true);
        return unit.show('invoice', row.id);
      }
      return payNow(unit, row, { paymentMethod: params.payment_method, offSession: params.off_session });
    },
  ),
  operation('POST /v1/invoices/:id/void', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.status !== 'open' && row.status !== 'uncollectible') {
      throw invalid(
        `You can only void open invoices; this one is ${row.status ?? 'unknown'}.`,
        undefined,
        'invoice_not_editable',
      );
    }
    return unit.view('invoice', voidInvoice(unit, row.id));
  }),
  operation('POST /v1/invoices/:id/mark_uncollectible', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.status !== 'open')
      throw invalid('You can only mark open invoices uncollectible.', undefined, 'invoice_not_editable');
    const status_transitions = { ...row.status_transitions, marked_uncollectible_at: unit.now };
    unit.update('invoice', row.id, { status: 'uncollectible', auto_advance: false, status_transitions });
    unit.emit('invoice.marked_uncollectible', 'invoice', row.id);
    return unit.show('invoice', row.id);
  }),
  operation('POST /v1/invoices/:id/send', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.collection_method !== 'send_invoice')
      throw invalid('You can only manually send an invoice if its collection method is `send_invoice`.');
    if (row.status === 'draft') finalizeInvoice(unit, row.id);
    unit.emit('invoice.sent', 'invoice', row.id);
    return unit.show('invoice', row.id);
  }),
  listOperation('/v1/invoices/:id/lines', {
    type: 'line_item',
    parent: { type: 'invoice', field: 'invoice' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/invoices', {
    type: 'invoice',
    filters: {
      collection_method: { param: oneOf('charge_automatically', 'send_invoice'), field: 'collection_method' },
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      due_date: range('due_date'),
      status: { param: oneOf('draft', 'open', 'paid', 'uncollectible', 'void'), field: 'status' },
      subscription: { param: text(), field: 'hidden.subscription' },
    },
  }),
  retrieveOperation('/v1/invoice_payments', 'invoice_payment'),
  listOperation('/v1/invoice_payments', {
    type: 'invoice_payment',
    filters: {
      created: range('created'),
      invoice: { param: text(), field: 'invoice' },
      payment: {
        param: accepted(),
        test: (row, wanted: { payment_intent?: string }) => row.payment.payment_intent === wanted.payment_intent,
      },
      status: { param: oneOf('canceled', 'open', 'paid'), field: 'status' },
    },
  }),
  operation(
    'POST /v1/invoices/:id/add_lines',
    { lines: listOf(accepted()), ...unbuiltAll('invoice_metadata') },
    ({ unit, at }) => {
      unit.need('invoice', at.id ?? '');
      throw new Problem(
        501,
        'Adding lines to an invoice directly is not built in this local emulator; use invoice items.',
        { type: 'api_error', code: 'emulator_not_built' },
      );
    },
  ),
];

function payNow(
  unit: Unit,
  row: InvoiceRow,
  attempt: { paymentMethod?: string | undefined; offSession?: boolean | undefined },
): Json {
  if (attempt.paymentMethod === undefined && defaultMethod(unit, row) === undefined) throw noPaymentMethod();
  const outcome = collectInvoice(unit, row.id, attempt);
  const intent =
    row.hidden.payment_intent === null ? undefined : unit.show('payment_intent', row.hidden.payment_intent);
  if (outcome?.is === 'declined') throw declineProblem(outcome.decline, { payment_intent: intent }, true);
  if (outcome?.is === 'requires_action') {
    throw new Problem(
      402,
      'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with this invoice.',
      { type: 'card_error', code: 'invoice_payment_intent_requires_action', payment_intent: intent },
      true,
    );
  }
  return unit.show('invoice', row.id);
}

export function noPaymentMethod(): Problem {
  return invalid(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. ' +
      'For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
    undefined,
    'resource_missing',
  );
}

/** A customer's first invoice fixes the currency. */
export function setCurrency(unit: Unit, customer: string, currency: string): void {
  const row = unit.need('customer', customer);
  if (row.currency === null || row.currency === undefined) unit.update('customer', customer, { currency });
}

function pendingItems(unit: Unit, customer: string) {
  return unit.all('invoiceitem', 'customer', customer).filter((item) => item.invoice === null);
}

type Edited = Partial<{
  auto_advance: boolean;
  collection_method: 'charge_automatically' | 'send_invoice';
  days_until_due: number;
  default_payment_method: string | null;
  description: string | null;
  due_date: number;
  footer: string | null;
  metadata: Record<string, string> | null;
  statement_descriptor: string;
}>;

function patchOf(unit: Unit, row: InvoiceRow | null, sent: Edited): Partial<InvoiceRow> {
  if (sent.default_payment_method) unit.need('payment_method', sent.default_payment_method, 'default_payment_method');
  if (
    row !== null &&
    row.status !== 'draft' &&
    (sent.collection_method !== undefined || sent.due_date !== undefined || sent.days_until_due !== undefined)
  ) {
    throw invalid("Finalized invoices can't be updated in this way", undefined, 'invoice_not_editable');
  }
  return given({
    auto_advance: sent.auto_advance,
    collection_method: sent.collection_method,
    default_payment_method: sent.default_payment_method,
    description: sent.description,
    due_date:
      sent.due_date ?? (sent.days_until_due === undefined ? undefined : unit.now + sent.days_until_due * 86_400),
    footer: sent.footer,
    metadata: sent.metadata === undefined ? undefined : mergeMetadata(row?.metadata ?? null, sent.metadata),
    statement_descriptor: sent.statement_descriptor,
  });
}

/** An item added to a draft becomes a line of it at once. */
export function addItemLine(unit: Unit, invoiceId: string, item: Parameters<typeof lineOf>[1]): void {
  const row = unit.need('invoice', invoiceId, 'invoice');
  if (row.status !== 'draft') throw invalid('Invoice is no longer editable', 'invoice', 'invoice_not_editable');
  unit.around('invoice', invoiceId, () => {
    addLine(unit, invoiceId, row.currency, lineOf(unit, item));
    total(unit, invoiceId);
  });
}
