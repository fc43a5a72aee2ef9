import type { InvoiceItemRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { LineSent } from '../invoice/draft.js';

/** The invoice line of an item. */
export function lineOf(unit: Unit, item: InvoiceItemRow): LineSent {
  return {
    amount: item.amount,
    description: item.description,
    price: unit.find('price', item.pricing?.price_details.price) ?? null,
    quantity: item.quantity,
    period: item.period,
    metadata: item.metadata ?? {},
    discountable: item.discountable,
    discounts: (item.discounts ?? []).map((discount) => idOf(discount) ?? ''),
    taxRates: (item.tax_rates ?? []).map(({ id }) => id),
    parent: {
      invoice_item_details: {
        invoice_item: item.id,
        proration: item.proration,
        proration_details: null,
        subscription: item.parent?.subscription_details?.subscription ?? null,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    subscription: item.parent?.subscription_details?.subscription ?? null,
  };
}
