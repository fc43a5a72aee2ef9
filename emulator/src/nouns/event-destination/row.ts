import type Stripe from 'stripe';
import type { Secrets } from '../webhook-endpoint/row.js';

export type DestinationRow = Omit<Stripe.V2.Core.EventDestination, 'webhook_endpoint'> & {
  webhook_endpoint: { url: string };
  hidden: Secrets;
};
