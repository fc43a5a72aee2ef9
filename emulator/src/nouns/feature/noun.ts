import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { featureOperations } from './operations.js';

/** What a product gives those who subscribe to it. Features have no events. */
export const feature: Noun<Stripe.Entitlements.Feature> = {
  title: 'feature',
  prefix: 'feat',
  indexes: ['lookup_key'],
  operations: featureOperations,
};
