import type Stripe from 'stripe';
import { creditedBy } from '../invoice-item/line.js';
import type { InvoiceItemRow } from '../invoice-item/row.js';
import type { LineItemRow } from '../line-item/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';

type CreditedItems = Stripe.InvoiceItem.ProrationDetails.CreditedItems;

/** What a customer was charged for a time of a subscription item, without discounts. */
export interface Debit {
  amount: number;
  quantity: number | null;
  period: { start: number; end: number };
  /** How a credit names it. */
  credited: CreditedItems;
}

/**
 * What was debited for the time around a moment, and not credited for it yet. It is on an invoice or pending. A credit names
 * the lines of one invoice together (`proration_details` of https://docs.stripe.com/api/invoiceitems/object).
 */
export function debitsOf(unit: Unit, item: SubscriptionItemRow, moment: number): Debit[] {
  const { customer } = unit.need('subscription', item.subscription);
  const pending = unit
    .all('invoiceitem', 'customer', idOf(customer))
    .filter((row) => row.invoice === null && row.parent?.subscription_details?.subscription_item === item.id);
  const lines = unit
    .all('invoice', 'hidden.subscription', item.subscription)
    .filter(({ status }) => status !== 'void')
    .flatMap((invoice) => unit.all('line_item', 'invoice', invoice.id))
    .filter(({ parent }) => parent?.subscription_item_details?.subscription_item === item.id);
  const credited = takenBack(moment, pending, lines);
  const isOpen = (period: { start: number; end: number }): boolean => period.start <= moment && moment < period.end;
  const open = lines.filter(
    (line) =>
      line.hidden.credited === undefined &&
      isOpen(line.period) &&
      !credited.has(line.id) &&
      !credited.has(itemOf(line)),
  );
  return [
    ...byInvoice(open),
    ...pending.filter((row) => !isCredit(row) && isOpen(row.period) && !credited.has(row.id)).map(pendingDebit),
  ];
}

const isCredit = ({ proration_details: details }: InvoiceItemRow): boolean => details?.credited_items != null;
const itemOf = ({ parent }: LineItemRow): string => parent?.subscription_item_details?.invoice_item ?? '';

/** The ids of what was credited from a time on that includes the moment. */
function takenBack(moment: number, pending: readonly InvoiceItemRow[], lines: readonly LineItemRow[]): Set<string> {
  const ofItems = pending
    .filter((row) => isCredit(row) && row.period.start <= moment)
    .flatMap((row) => creditedBy(row) ?? []);
  const ofLines = lines.filter((line) => line.period.start <= moment).flatMap((line) => line.hidden.credited ?? []);
  return new Set([...ofItems, ...ofLines]);
}

function byInvoice(lines: readonly LineItemRow[]): Debit[] {
  const invoices = [...new Set(lines.map(({ invoice }) => invoice))];
  return invoices.map((invoice) => {
    const own = lines.filter((line) => line.invoice === invoice);
    return {
      amount: own.reduce((sum, line) => sum + netOf(line), 0),
      quantity: own.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0),
      period: own[0]?.period ?? { start: 0, end: 1 },
      credited: {
        type: 'invoice_line_items',
        invoice_line_item_details: { invoice, invoice_line_items: own.map(({ id }) => id) },
      },
    };
  });
}

const netOf = ({ amount, discount_amounts: discounts }: LineItemRow): number =>
  amount - (discounts ?? []).reduce((sum, discount) => sum + discount.amount, 0);

const pendingDebit = ({ id, amount, quantity, period }: InvoiceItemRow): Debit => ({
  amount,
  quantity,
  period,
  credited: { type: 'invoice_item', invoice_item: id },
});
