import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { portalSessionOperations } from './operations.js';

/** A session can only be created. No address reads it again; only its page does. */
export const portalSession: Noun<Stripe.BillingPortal.Session> = {
  title: 'session',
  prefix: 'bps',
  created: [{ name: 'billing_portal.session.created' }],
  permission: 'customer_portal',
  operations: portalSessionOperations,
  expansions: { ids: { configuration: objectOf('billing_portal.configuration') } },
};
