import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { lineItems } from '../item/operations.js';
import { checkoutLife } from './life.js';
import { checkoutOperations } from './operations.js';
import type { CheckoutSessionRow } from './row.js';

/** Sessions have no event for being made or changed. */
export const checkoutSession: Noun<CheckoutSessionRow> = {
  title: 'checkout.session',
  prefix: 'cs_test',
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer', 'payment_intent', 'subscription'],
  searched: ['client_reference_id'],
  operations: checkoutOperations,
  life: checkoutLife,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      invoice: objectOf('invoice'),
      payment_intent: objectOf('payment_intent'),
      payment_link: objectOf('payment_link'),
      setup_intent: objectOf('setup_intent'),
      subscription: objectOf('subscription'),
    },
    parts: { line_items: (id, unit) => lineItems(unit, `/v1/checkout/sessions/${id}/line_items`, id) },
  },
};
