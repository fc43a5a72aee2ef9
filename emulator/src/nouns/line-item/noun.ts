import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { invoiceLineOperations } from './operations.js';
import type { LineItemRow } from './row.js';

/** A line of an invoice. */
export const lineItem: Noun<LineItemRow> = {
  title: 'line_item',
  prefix: 'il',
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['invoice'],
  operations: invoiceLineOperations,
  expansions: {
    ids: {
      subscription: objectOf('subscription'),
      'pricing.price_details.price': objectOf('price'),
      discounts: objectOf('discount'),
      'discount_amounts.discount': objectOf('discount'),
    },
  },
};
