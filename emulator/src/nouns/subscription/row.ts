import type Stripe from 'stripe';
import type { SubscriptionItemRow } from '../subscription-item/row.js';

/**
 * `trialWarned`: the event three days before the trial's end was made; `first`: what a first period cut short costs;
 * `announced`: the end of the period whose renewal was; `backdated`: the time before it was made is on its first invoice;
 * `threshold`: when the usage that reached one is billed.
 */
export type SubscriptionRow = Omit<Stripe.Subscription, 'items'> & {
  hidden: {
    trialWarned: boolean;
    first?: 'free' | 'prorated';
    announced?: number;
    backdated?: 'billed';
    threshold?: number;
    pending?: PendingChange;
  };
};

/** A change that waits for its invoice to be paid: what the items and the fields will be. `waits`: the first try failed. */
export interface PendingChange {
  invoice: string;
  items: SubscriptionItemRow[];
  row: Partial<SubscriptionRow>;
  waits?: true;
}
