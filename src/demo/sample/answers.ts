/**
 * The JSON between the sample app's page and its server. This file imports nothing, because the page is compiled for a
 * browser. Times are ISO 8601, amounts are in minor units.
 */

/** What `GET /sample/api/session` answers. */
export interface SampleSession {
  readonly mode: 'emulator' | 'stripe';
  readonly user: SampleUser | null;
  readonly users: readonly SampleUser[];
  /** Null if the service has none. Then nothing can be paid here. */
  readonly publishableKey: string | null;
  readonly stripeJsUrl: string;
  readonly plans: readonly SamplePlan[];
  readonly profile: {
    readonly stripe_customer_id: string | null;
    readonly stripe_subscription_id: string | null;
  } | null;
  readonly subscription: SampleSubscription | null;
}

export interface SampleUser {
  readonly username: string;
  readonly name: string;
}

export interface SamplePlan {
  readonly price: string;
  readonly product: string;
  readonly amount: number;
  readonly currency: string;
  readonly interval: string;
  readonly trialDays: number | null;
}

export interface SampleSubscription {
  readonly id: string;
  readonly status: string;
  /** The product's name; null while the mirror does not have it. */
  readonly product: string | null;
  readonly price: string | null;
  readonly cancelAt: string | null;
  readonly trialEnd: string | null;
  readonly currentPeriodEnd: string | null;
}

/** What `POST /sample/api/sign-in` takes. */
export interface SampleSignIn {
  readonly username: string;
}

/** What `POST /sample/api/subscriptions` takes. */
export interface SampleOrder {
  readonly price: string;
}

/** What `POST /sample/api/subscriptions` answers: what Stripe.js has to confirm, if anything. */
export interface StartedSubscription {
  readonly subscription: string;
  readonly status: string;
  readonly clientSecret: string | null;
  readonly kind: 'payment' | 'setup' | 'none';
}
