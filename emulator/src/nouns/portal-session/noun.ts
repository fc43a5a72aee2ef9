import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { portalSessionOperations } from './operations.js';

/** A session can only be made: nobody reads it again, but its page. */
export const portalSession: Noun<Stripe.BillingPortal.Session> = {
  title: 'session',
  prefix: 'bps',
  created: [{ name: 'billing_portal.session.created' }],
  permission: 'customer_portal',
  operations: portalSessionOperations,
  expansions: { ids: { configuration: objectOf('billing_portal.configuration') } },
};
