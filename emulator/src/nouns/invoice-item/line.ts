import type { InvoiceItemRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { given } from '../../api/standard.js';
import type { LineSent } from '../invoice/draft.js';

/** The invoice line of an item. A proration's hangs on the subscription item. */
export function lineOf(unit: Unit, item: InvoiceItemRow): LineSent {
  const { subscription = null, subscription_item: ofItem = null } = item.parent?.subscription_details ?? {};
  return {
    amount: item.amount,
    description: item.description,
    price: unit.find('price', item.pricing?.price_details.price) ?? null,
    ...(item.proration ? { unitAmount: item.pricing?.unit_amount_decimal ?? null } : {}),
    quantity: item.quantity,
    period: item.period,
    metadata: item.metadata ?? {},
    discountable: item.discountable,
    discounts: (item.discounts ?? []).map((discount) => idOf(discount) ?? ''),
    taxRates: (item.tax_rates ?? []).map(({ id }) => id),
    parent:
      item.proration && ofItem !== null ? prorationParent(item, subscription, ofItem) : ownParent(item, subscription),
    subscription,
    ...given({ credited: creditedBy(item) }),
  };
}

function ownParent(item: InvoiceItemRow, subscription: string | null): LineSent['parent'] {
  return {
    invoice_item_details: {
      invoice_item: item.id,
      proration: item.proration,
      proration_details: null,
      subscription,
    },
    subscription_item_details: null,
    type: 'invoice_item_details',
  };
}

function prorationParent(item: InvoiceItemRow, subscription: string | null, ofItem: string): LineSent['parent'] {
  const { invoice_line_item_details: lines = null } = item.proration_details?.credited_items ?? {};
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: item.id,
      proration: true,
      proration_details: { credited_items: lines },
      subscription,
      subscription_item: ofItem,
    },
    type: 'subscription_item_details',
  };
}

/** The ids of the debits that a credit takes back; undefined for a charge. */
export function creditedBy({ proration_details: details }: InvoiceItemRow): string[] | undefined {
  const credited = details?.credited_items ?? null;
  if (credited === null) return undefined;
  const { invoice_item: item, invoice_line_item_details: lines } = credited;
  return [...(item === undefined ? [] : [item]), ...(lines?.invoice_line_items ?? [])];
}
