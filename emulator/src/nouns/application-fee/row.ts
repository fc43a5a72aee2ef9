import type Stripe from 'stripe';

export type ApplicationFeeRow = Omit<Stripe.ApplicationFee, 'refunds'> & { account: string };
