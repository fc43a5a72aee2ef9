import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { isActive, promotionCodeOperations } from './operations.js';

export const promotionCode: Noun<Stripe.PromotionCode> = {
  title: 'promotion code',
  prefix: 'promo',
  created: [{ name: 'promotion_code.created' }],
  updated: [{ name: 'promotion_code.updated' }],
  // It becomes inactive by itself when it, or its coupon, is used up or expires.
  view: (row, unit) => ({ ...row, active: isActive(unit, row) }),
  indexes: ['code'],
  searched: ['code'],
  operations: promotionCodeOperations,
  expansions: {
    parts: { 'restrictions.currency_options': () => ({}) },
    ids: { customer: objectOf('customer'), 'promotion.coupon': objectOf('coupon') },
  },
};
