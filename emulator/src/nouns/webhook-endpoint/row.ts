import type Stripe from 'stripe';

/** `old` still signs until its time, in epoch seconds. */
export interface Secrets {
  /** Sent what happens in connected accounts, instead of what happens in the own one. */
  connect?: boolean;
  secret: string;
  old?: { secret: string; until: number };
}

export type WebhookEndpointRow = Omit<Stripe.WebhookEndpoint, 'secret'> & { hidden: Secrets };
