import type Stripe from 'stripe';

export type TransferRow = Omit<Stripe.Transfer, 'reversals'> & { destination: string };
