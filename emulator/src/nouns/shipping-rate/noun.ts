import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { shippingRateOperations } from './operations.js';

/** Makes no events, as at Stripe. */
export const shippingRate: Noun<Stripe.ShippingRate> = {
  title: 'shipping rate',
  prefix: 'shr',
  operations: shippingRateOperations,
  expansions: { parts: { 'fixed_amount.currency_options': () => ({}) } },
};
