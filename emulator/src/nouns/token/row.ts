import type Stripe from 'stripe';
import type { CardSent } from '../payment-method/attach.js';
import type { BillingSent } from '../payment-method/insert.js';

/** `card`: what was entered, with the whole number. */
export type TokenRow = Omit<Stripe.Token, 'card'> & {
  card: Stripe.Card;
  hidden: { card: CardSent; billing: BillingSent };
};
