import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { taxRateOperations } from './operations.js';

export const taxRate: Noun<Stripe.TaxRate> = {
  title: 'tax rate',
  prefix: 'txr',
  created: [{ name: 'tax_rate.created' }],
  updated: [{ name: 'tax_rate.updated' }],
  operations: taxRateOperations,
};
