import type Stripe from 'stripe';

export type PayoutRow = Stripe.Payout & { hidden: { fails: boolean } };
