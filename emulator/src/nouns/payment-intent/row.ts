import type Stripe from 'stripe';

export type PaymentIntentRow = Stripe.PaymentIntent & {
  hidden: { invoice: string | null; error_on_requires_action: boolean };
};
