import type Stripe from 'stripe';
import type { Json } from '../../state/rows.js';

/**
 * What the completed payment or subscription gets from the session. `updates`: what it may change of its customer;
 * `trial`: what recurs is free at first.
 */
export type CheckoutSessionRow = Omit<Stripe.Checkout.Session, 'line_items'> & {
  hidden: {
    paymentIntent: Json;
    subscription: Json;
    saves: boolean;
    trial?: boolean;
    updates?: { address: boolean; name: boolean; shipping: boolean };
  };
};
