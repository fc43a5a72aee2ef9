import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { refundOperations } from './operations.js';

export const refund: Noun<Stripe.Refund> = {
  title: 'refund',
  prefix: 're',
  created: [{ name: 'refund.created' }],
  updated: [{ name: 'refund.updated' }, { name: 'charge.refund.updated' }],
  indexes: ['charge', 'payment_intent'],
  searched: [],
  operations: refundOperations,
  expansions: {
    ids: {
      balance_transaction: objectOf('balance_transaction'),
      charge: objectOf('charge'),
      payment_intent: objectOf('payment_intent'),
    },
  },
};
