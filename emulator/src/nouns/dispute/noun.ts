import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { disputeOperations } from './operations.js';

export const dispute: Noun<Stripe.Dispute> = {
  title: 'dispute',
  prefix: 'dp',
  created: [{ name: 'charge.dispute.created' }],
  updated: [{ name: 'charge.dispute.updated' }],
  indexes: ['charge', 'payment_intent'],
  searched: [],
  operations: disputeOperations,
  expansions: { ids: { charge: objectOf('charge'), payment_intent: objectOf('payment_intent') } },
};
