import type Stripe from 'stripe';

export type ScheduleRow = Stripe.SubscriptionSchedule & { hidden: { expiringTold: boolean } };
