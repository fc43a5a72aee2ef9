import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import { portalConfigurationOperations } from './operations.js';

export const portalConfiguration: Noun<Stripe.BillingPortal.Configuration> = {
  title: 'configuration',
  prefix: 'bpc',
  created: [{ name: 'billing_portal.configuration.created' }],
  updated: [{ name: 'billing_portal.configuration.updated' }],
  permission: 'customer_portal',
  operations: portalConfigurationOperations,
};
