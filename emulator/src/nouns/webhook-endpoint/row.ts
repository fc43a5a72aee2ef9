import type Stripe from 'stripe';

/** `old` still signs until its time, in epoch seconds. */
export interface Secrets {
  /** It receives the events of connected accounts, instead of those of the own account. */
  connect?: boolean;
  secret: string;
  old?: { secret: string; until: number };
}

export type WebhookEndpointRow = Omit<Stripe.WebhookEndpoint, 'secret'> & { hidden: Secrets };
