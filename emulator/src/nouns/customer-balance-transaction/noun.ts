import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { customerBalanceOperations } from './operations.js';

/** Has no events of its own: a changed balance is an update of the customer. */
export const customerBalanceTransaction: Noun<Stripe.CustomerBalanceTransaction> = {
  title: 'customer balance transaction',
  prefix: 'cbtxn',
  indexes: ['customer'],
  operations: customerBalanceOperations,
  expansions: {
    ids: { customer: objectOf('customer'), invoice: objectOf('invoice'), credit_note: objectOf('credit_note') },
  },
};
