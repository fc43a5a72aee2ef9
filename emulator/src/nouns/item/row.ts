import type Stripe from 'stripe';

/**
 * `owner`: the checkout session, payment link or quote whose line this is; `optional`: the customer added it;
 * `chosen`: the amount that they chose themselves.
 */
export type ItemRow = Omit<Stripe.LineItem, 'price'> & {
  price: string;
  hidden: { owner: string; tax_rates: string[]; optional?: true; chosen?: number };
};
