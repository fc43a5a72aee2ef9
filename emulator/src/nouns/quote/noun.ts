import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { lineItems } from '../item/operations.js';
import { quoteLife } from './life.js';
import { quoteOperations } from './operations.js';
import type { QuoteRow } from './row.js';

export const quote: Noun<QuoteRow> = {
  title: 'quote',
  prefix: 'qt',
  created: [{ name: 'quote.created' }],
  // Stripe has no event for a changed draft.,
  indexes: ['customer'],
  searched: ['number'],
  operations: quoteOperations,
  life: quoteLife,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      invoice: objectOf('invoice'),
      subscription: objectOf('subscription'),
      discounts: objectOf('discount'),
    },
    parts: { line_items: (id, unit) => lineItems(unit, `/v1/quotes/${id}/line_items`, id) },
  },
};
