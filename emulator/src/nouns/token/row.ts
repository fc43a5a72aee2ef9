import type Stripe from 'stripe';
import type { BillingSent, CardSent } from '../payment-method/attach.js';

/** `card`: what was entered, with the whole number. */
export type TokenRow = Omit<Stripe.Token, 'card'> & {
  card: Stripe.Card;
  hidden: { card: CardSent; billing: BillingSent };
};
