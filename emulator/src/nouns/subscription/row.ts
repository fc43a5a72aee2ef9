import type Stripe from 'stripe';

/**
 * `trialWarned`: the event three days before the trial's end was made; `first`: what a first period cut short costs;
 * `announced`: the end of the period whose renewal was.
 */
export type SubscriptionRow = Omit<Stripe.Subscription, 'items'> & {
  hidden: { trialWarned: boolean; first?: 'free' | 'prorated'; announced?: number };
};
