import type Stripe from 'stripe';

/** `id` is the identifier. */
export type MeterEventRow = Stripe.Billing.MeterEvent & {
  id: string;
  hidden: { meter: string; customer: string; value: number };
};
