import type Stripe from 'stripe';

/** `owner_id`: the customer, or null for the account's own. */
export type TaxIdRow = Stripe.TaxId;
