import type Stripe from 'stripe';

export type SetupAttemptRow = Stripe.SetupAttempt & { setup_intent: string };
