import type * as sessions from '../billing/sessions.js';
import type * as subscriptions from '../billing/subscriptions.js';
import type * as usage from '../billing/usage.js';
import type { UserRef } from './user-ref.js';

/** A subscription to be paid with Elements. Exactly one of `price` and `items`. */
export interface CreateSubscription extends Omit<subscriptions.CreateSubscription, 'user'> {
  /** Whose it will be. */
  user: UserRef;
}

/** A checkout of a subscription, on Stripe's own page. Exactly one of `price` and `items`. */
export interface CheckoutRequest extends Omit<sessions.CheckoutRequest, 'user'> {
  /** Whose subscription it will be. */
  user: UserRef;
}

/** A visit to the billing portal. */
export interface PortalRequest extends Omit<sessions.PortalRequest, 'user'> {
  /** Whose customer the portal shows. */
  user: UserRef;
}

/** A payment method for later. */
export interface SetupRequest extends Omit<sessions.SetupRequest, 'user'> {
  /** Whose payment method it will be. */
  user: UserRef;
}

/** What a user used of something metered. Source: Stripe's "Record usage for billing". */
export interface UsageReport extends Omit<usage.UsageReport, 'user'> {
  /** Whose customer is billed for it. */
  user: UserRef;
}
