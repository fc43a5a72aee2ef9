import type Stripe from 'stripe';

export type MandateRow = Stripe.Mandate;
