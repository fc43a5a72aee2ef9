import type Stripe from 'stripe';

export type TransferReversalRow = Stripe.TransferReversal & { transfer: string };
