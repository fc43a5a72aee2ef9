import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
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
import { given } from '../../api/standard.js';
import type { InvoiceItemRow } from '../invoice-item/row.js';
import type { LineItemRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { amountOf } from '../price/amount.js';
import { discountsParam, redeemAll } from '../discount/operations.js';
import { addItemLine } from '../invoice/edit.js';
import { newInvoiceItem } from '../invoice-item/operations.js';
import { total } from '../invoice/total.js';
import { priceOf } from '../price/create.js';
import { ratesOf } from '../tax-rate/operations.js';

export const lineFields = {
  amount: integer(),
  description: text(),
  discountable: flag(),
  discounts: discountsParam(),
  metadata: metadata(),
  period: hash({ start: needed(timestamp()), end: needed(timestamp()) }),
  pricing: hash({ price: text() }),
  quantity: integer(0),
  tax_rates: emptyable(listOf(text())),
  ...unbuiltAll('price_data', 'quantity_decimal', 'tax_amounts'),
};
const unbuiltHere = unbuiltAll('invoice_metadata');
const LINES_MAX = 250;

export type LineEdit = Values<typeof lineFields>;

/** Adds, changes and removes the lines of a draft (https://docs.stripe.com/api/invoice-line-item). */
export const invoiceLineOperations: readonly Operation[] = [
  operation(
    'POST /v1/invoices/:id/add_lines',
    { lines: needed(listOf(hash({ ...lineFields, invoice_item: text() }), LINES_MAX)), ...unbuiltHere },
    ({ unit, at, params }) => {
      const { id, customer } = draft(unit, at.id ?? '');
      params.lines.forEach(({ invoice_item: pending, pricing, tax_rates: rates, ...line }, index) => {
        if (pending !== undefined) return assign(unit, id, pending, `lines[${index}][invoice_item]`);
        newInvoiceItem(unit, {
          ...line,
          customer: idOf(customer) ?? '',
          invoice: id,
          ...given({ price: pricing?.price, tax_rates: rates ?? undefined }),
        });
      });
      return unit.show('invoice', id);
    },
  ),
  operation(
    'POST /v1/invoices/:id/update_lines',
    { lines: needed(listOf(hash({ ...lineFields, id: needed(text()) }), LINES_MAX)), ...unbuiltHere },
    ({ unit, at, params }) => {
      const { id } = draft(unit, at.id ?? '');
      unit.around('invoice', id, () => {
        params.lines.forEach(({ id: line, ...sent }, index) => {
          editLine(unit, lineOf(unit, id, line, `lines[${index}][id]`), sent);
        });
        total(unit, id);
      });
      return unit.show('invoice', id);
    },
  ),
  operation(
    'POST /v1/invoices/:id/remove_lines',
    {
      lines: needed(listOf(hash({ behavior: needed(oneOf('delete', 'unassign')), id: needed(text()) }), LINES_MAX)),
      ...unbuiltHere,
    },
    ({ unit, at, params }) => {
      const { id } = draft(unit, at.id ?? '');
      unit.around('invoice', id, () => {
        params.lines.forEach(({ id: line, behavior }, index) => {
          removeLine(unit, lineOf(unit, id, line, `lines[${index}][id]`), behavior);
        });
        total(unit, id);
      });
      return unit.show('invoice', id);
    },
  ),
  operation('POST /v1/invoices/:id/lines/:line', lineFields, ({ unit, at: { id = '', line = '' }, params }) => {
    draft(unit, id);
    unit.around('invoice', id, () => {
      editLine(unit, lineOf(unit, id, line, 'line_item_id'), params);
      total(unit, id);
    });
    return unit.view('line_item', unit.need('line_item', line));
  }),
];

function draft(unit: Unit, id: string) {
  const row = unit.need('invoice', id);
  if (row.status === 'draft') return row;
  throw invalid("Finalized invoices can't be updated in this way", undefined, 'invoice_not_editable');
}

function lineOf(unit: Unit, invoice: string, id: string, param: string): LineItemRow {
  const line = unit.find('line_item', id);
  if (line === undefined || line.invoice !== invoice) throw missing('line_item', id, param, 400);
  return line;
}

/** A pending item becomes a line. */
function assign(unit: Unit, invoice: string, id: string, at: string): void {
  const item = unit.need('invoiceitem', id, at);
  if (item.invoice !== null) throw invalid(`The invoice item ${id} is on an invoice already.`, at);
  addItemLine(unit, invoice, unit.update('invoiceitem', id, { invoice }));
}

/** The item that a line was made of; the lines of subscriptions have none. */
const itemOf = (unit: Unit, line: LineItemRow): InvoiceItemRow | undefined =>
  unit.find('invoiceitem', itemOfLine(line));

/** The id of the item that a line was made of. */
export const itemOfLine = ({ parent }: LineItemRow): string | null =>
  (parent?.invoice_item_details ?? parent?.subscription_item_details)?.invoice_item ?? null;

function removeLine(unit: Unit, line: LineItemRow, behavior: 'delete' | 'unassign'): void {
  const item = itemOf(unit, line);
  if (item === undefined) throw invalid('Lines of a subscription cannot be removed.', 'lines');
  unit.remove('line_item', line.id, []);
  if (behavior === 'unassign') unit.update('invoiceitem', item.id, { invoice: null });
  else unit.remove('invoiceitem', item.id);
}

/** A change of what line and item share is written to both. */
export function editLine(unit: Unit, line: LineItemRow, sent: LineEdit): void {
  const item = itemOf(unit, line);
  const both = edited(unit, line, sent);
  const merged = sent.metadata === undefined ? undefined : mergeMetadata(item?.metadata ?? null, sent.metadata);
  const owner = { customer: customerOf(unit, line), ...given({ invoice_item: item?.id }) };
  const discounts = sent.discounts === undefined ? undefined : redeemAll(unit, sent.discounts, owner);
  const rates = sent.tax_rates === undefined ? undefined : ratesOf(unit, sent.tax_rates ?? []);
  unit.update('line_item', line.id, {
    ...both,
    ...given({ discounts, metadata: merged }),
    ...(both.amount === undefined ? {} : { subtotal: both.amount }),
    hidden: { ...line.hidden, ...given({ tax_rates: rates?.map(({ id }) => id) }) },
  });
  if (item === undefined) return;
  const net = both.amount;
  unit.update('invoiceitem', item.id, {
    ...both,
    ...given({ discounts, metadata: merged, tax_rates: rates, net_amount: net }),
  });
}

interface Edited {
  amount?: number;
  description?: string;
  discountable?: boolean;
  period?: { start: number; end: number };
  pricing?: LineItemRow['pricing'];
  quantity?: number;
  quantity_decimal?: string;
}

/** The changed fields that a line and its item share. */
export function edited(unit: Unit, row: Pick<LineItemRow, 'pricing' | 'quantity'>, sent: LineEdit): Edited {
  const price =
    sent.pricing?.price === undefined
      ? unit.find('price', row.pricing?.price_details.price)
      : priceOf(unit, sent.pricing.price, 'pricing[price]');
  const quantity = sent.quantity ?? row.quantity ?? 1;
  const priced = sent.amount === undefined && (sent.pricing !== undefined || sent.quantity !== undefined);
  return given({
    amount: sent.amount ?? (priced && price !== undefined ? amountOf(price, quantity) : undefined),
    description: sent.description,
    discountable: sent.discountable,
    period: sent.period,
    // With its own amount it no longer has a price.
    pricing:
      sent.amount !== undefined
        ? null
        : sent.pricing === undefined || price === undefined
          ? undefined
          : {
              price_details: { price: price.id, product: price.product },
              type: 'price_details' as const,
              unit_amount_decimal: price.unit_amount_decimal,
            },
    quantity: sent.quantity,
    quantity_decimal: sent.quantity === undefined ? undefined : String(sent.quantity),
  });
}

const customerOf = (unit: Unit, line: LineItemRow): string => idOf(unit.need('invoice', line.invoice).customer) ?? '';
