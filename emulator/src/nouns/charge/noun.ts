import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import { chargeOperations, chargeView } from './operations.js';

export const charge: Noun<Stripe.Charge> = {
  title: 'charge',
  prefix: 'ch',
  updated: [{ name: 'charge.updated' }],
  view: chargeView,
  indexes: ['customer', 'payment_intent'],
  searched: ['description'],
  operations: [
    ...chargeOperations,
    searchOperation('/v1/charges/search', 'charge', {
      amount: 'number',
      'billing_details.address.postal_code': 'token',
      created: 'number',
      currency: 'token',
      customer: 'token',
      disputed: 'boolean',
      'payment_method_details.card.brand': 'token',
      'payment_method_details.card.exp_month': 'number',
      'payment_method_details.card.exp_year': 'number',
      'payment_method_details.card.fingerprint': 'token',
      'payment_method_details.card.last4': 'token',
      refunded: 'boolean',
      status: 'token',
    }),
  ],
  expansions: {
    ids: {
      balance_transaction: objectOf('balance_transaction'),
      customer: objectOf('customer'),
      dispute: objectOf('dispute'),
      payment_intent: objectOf('payment_intent'),
    },
    parts: {
      refunds: (id, unit) =>
        sublist(`/v1/charges/${id}/refunds`, unit.all('refund', 'charge', id).reverse() as unknown as Json[]),
    },
  },
};
