import type Stripe from 'stripe';

/** `told`: the customers about whom it was triggered, each once. */
export type AlertRow = Stripe.Billing.Alert & { hidden: { told: string[] } };
