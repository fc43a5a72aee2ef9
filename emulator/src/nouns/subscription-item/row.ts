import type Stripe from 'stripe';
import type { PriceRow } from '../price/row.js';

/** `lastPrice`: the price as it was when its plan was deleted; `previousStart`: when the period before this one began. */
export type SubscriptionItemRow = Omit<Stripe.SubscriptionItem, 'price' | 'plan'> & {
  price: string;
  hidden: { lastPrice?: PriceRow; previousStart?: number };
};
