import type Stripe from 'stripe';

/** `card`: the test card's number, which decides how payments with it end; `authenticated`: set up for later payments. */
export type PaymentMethodRow = Stripe.PaymentMethod & {
  hidden: { card: string; authenticated: boolean; spent: boolean };
};
