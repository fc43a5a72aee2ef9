import type Stripe from 'stripe';

/** `expired`: the expiry has been booked. */
export type CreditGrantRow = Stripe.Billing.CreditGrant & { customer: string; hidden: { expired: boolean } };
