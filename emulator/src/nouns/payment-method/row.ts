import type Stripe from 'stripe';

/**
 * `card`: the test card's or account's number, which decides how payments with it end; `authenticated`: set up for later
 * payments; `generated`: the SEPA debit that came of it; `mandate`: the permission to debit it; `verified`: its account has
 * been verified.
 */
export type PaymentMethodRow = Stripe.PaymentMethod & {
  hidden: {
    card: string;
    authenticated: boolean;
    spent: boolean;
    generated?: string;
    mandate?: string;
    verified?: boolean;
  };
};
