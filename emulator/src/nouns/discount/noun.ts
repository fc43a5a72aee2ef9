import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { discountOperations } from './operations.js';

/** A coupon on something. The events name the customer, whatever the discount is on. */
export const discount: Noun<Stripe.Discount> = {
  title: 'discount',
  prefix: 'di',
  created: [{ name: 'customer.discount.created' }],
  deleted: [{ name: 'customer.discount.deleted' }],
  indexes: ['customer', 'checkout_session'],
  operations: discountOperations,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      promotion_code: objectOf('promotion_code'),
      'source.coupon': objectOf('coupon'),
    },
  },
};
