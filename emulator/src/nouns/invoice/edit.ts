import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import {
  emptyable,
  flag,
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
import { invalid, missing } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { automaticTaxParam, taxOfInvoice } from '../shared/automatic-tax.js';
import type { DiscountSent } from '../discount/operations.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import { addLine, draftInvoice } from './draft.js';
import { lineOf } from '../invoice-item/line.js';
import { total } from './total.js';
import { currencyParam } from '../shared/params.js';
import { ratesOf } from '../tax-rate/operations.js';

const editable = {
  automatic_tax: automaticTaxParam(),
  auto_advance: flag(),
  collection_method: oneOf('charge_automatically', 'send_invoice'),
  custom_fields: emptyable(listOf(hash({ name: needed(text(40)), value: needed(text(140)) }), 4)),
  days_until_due: integer(0),
  default_payment_method: emptyable(text()),
  default_tax_rates: emptyable(listOf(text())),
  description: emptyable(text()),
  discounts: discountsParam(),
  due_date: timestamp(),
  footer: emptyable(text()),
  metadata: metadata(),
  statement_descriptor: text(22),
};
const unbuiltFields = unbuiltAll(
  'account_tax_ids',
  'application_fee_amount',
  'automatically_finalizes_at',
  'customer_account',
  'default_source',
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

/** Creates, changes and deletes drafts. */
export const invoiceEditOperations: readonly Operation[] = [
  operation(
    'POST /v1/invoices',
    {
      ...editable,
      ...unbuiltFields,
      ...unbuiltAll('from_invoice'),
      subscription: text(),
      currency: currencyParam(),
      customer: text(),
      pending_invoice_items_behavior: oneOf('exclude', 'include'),
    },
    ({ unit, params }) => {
      const of = params.subscription === undefined ? undefined : toInvoice(unit, params.subscription, params.customer);
      const customerId = idOf(of?.row.customer) ?? params.customer;
      if (customerId === undefined) throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
      const customer = unit.need('customer', customerId, 'customer');
      const include = params.pending_invoice_items_behavior === 'include';
      const items = of?.items ?? (include ? pendingItems(unit, customer.id) : []);
      const row = draftInvoice(
        unit,
        {
          unannounced: true,
          customer,
          subscription: of?.row.id ?? null,
          subscriptionMetadata: of?.row.metadata ?? {},
          defaultTaxRates: of?.row.default_tax_rates ?? [],
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
      if (params.discounts !== undefined) unit.quietly(() => discountInvoice(unit, row.id, params.discounts));
      unit.announce('invoice', row.id);
      setCurrency(unit, customer.id, row.currency);
      return unit.show('invoice', row.id);
    },
  ),
  operation('POST /v1/invoices/:id', { ...editable, ...unbuiltFields }, ({ unit, at, params }) => {
    const row = unit.need('invoice', at.id ?? '');
    const changed = unit.around('invoice', row.id, () => {
      unit.update('invoice', row.id, patchOf(unit, row, params), []);
      if (params.discounts !== undefined) discountInvoice(unit, row.id, params.discounts);
      else if (params.default_tax_rates !== undefined) unit.quietly(() => total(unit, row.id));
    });
    return unit.view('invoice', changed);
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
];

/** A customer's first invoice fixes the currency. */
export function setCurrency(unit: Unit, customer: string, currency: string): void {
  const row = unit.need('customer', customer);
  if (row.currency === null || row.currency === undefined) unit.update('customer', customer, { currency });
}

function pendingItems(unit: Unit, customer: string) {
  return unit.all('invoiceitem', 'customer', customer).filter((item) => item.invoice === null);
}

/**
 * The pending items of a subscription, which an invoice of it is for. Its billing cycle stays as it is (`subscription` of
 * https://docs.stripe.com/api/invoices/create).
 */
function toInvoice(unit: Unit, id: string, customer: string | undefined) {
  const row = unit.need('subscription', id, 'subscription');
  if (customer !== undefined && idOf(row.customer) !== customer) {
    throw missing('subscription', id, 'subscription', 400);
  }
  const items = pendingItems(unit, idOf(row.customer) ?? '').filter(
    ({ parent }) => parent?.subscription_details?.subscription === id,
  );
  if (items.length > 0) return { row, items };
  throw invalid('Nothing to invoice for subscription', 'subscription', 'invoice_no_subscription_line_items');
}

type Edited = Partial<{
  automatic_tax: { enabled: boolean };
  auto_advance: boolean;
  collection_method: 'charge_automatically' | 'send_invoice';
  custom_fields: { name: string; value: string }[] | null;
  days_until_due: number;
  default_payment_method: string | null;
  default_tax_rates: string[] | null;
  description: string | null;
  due_date: number;
  footer: string | null;
  metadata: Record<string, string> | null;
  statement_descriptor: string;
}>;

/** What a finalized invoice keeps. */
const FROZEN = ['collection_method', 'days_until_due', 'default_tax_rates', 'due_date'] as const;

/** Puts discounts on a draft in place of those it has. */
export function discountInvoice(unit: Unit, id: string, sent: readonly DiscountSent[] | null | undefined): void {
  const row = unit.need('invoice', id);
  if (row.status !== 'draft')
    throw invalid("Finalized invoices can't be updated in this way", 'discounts', 'invoice_not_editable');
  const owner = { customer: idOf(row.customer), invoice: id };
  unit.update('invoice', id, { discounts: redeemAll(unit, sent, owner) }, []);
  unit.quietly(() => total(unit, id));
}

function patchOf(unit: Unit, row: InvoiceRow | null, sent: Edited): Partial<InvoiceRow> {
  if (sent.default_payment_method) unit.need('payment_method', sent.default_payment_method, 'default_payment_method');
  if (row !== null && row.status !== 'draft' && FROZEN.some((name) => sent[name] !== undefined)) {
    throw invalid("Finalized invoices can't be updated in this way", undefined, 'invoice_not_editable');
  }
  return given({
    automatic_tax: sent.automatic_tax === undefined ? undefined : taxOfInvoice(sent.automatic_tax),
    auto_advance: sent.auto_advance,
    collection_method: sent.collection_method,
    custom_fields: sent.custom_fields,
    default_payment_method: sent.default_payment_method,
    default_tax_rates: sent.default_tax_rates === undefined ? undefined : ratesOf(unit, sent.default_tax_rates),
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
