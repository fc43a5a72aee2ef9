import type Stripe from 'stripe';

export type VerificationSessionRow = Stripe.Identity.VerificationSession & { hidden: { return_url: string | null } };
