import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { meterOperations } from './operations.js';

export const meter: Noun<Stripe.Billing.Meter> = {
  title: 'meter',
  prefix: 'mtr',
  created: [{ name: 'billing.meter.created' }],
  updated: [{ name: 'billing.meter.updated' }],
  operations: meterOperations,
};
