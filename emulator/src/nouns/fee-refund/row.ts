import type Stripe from 'stripe';

export type FeeRefundRow = Stripe.FeeRefund & { fee: string };
