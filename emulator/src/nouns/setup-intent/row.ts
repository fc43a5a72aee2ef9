import type Stripe from 'stripe';

export type SetupIntentRow = Stripe.SetupIntent & { hidden: { subscription: string | null } };
