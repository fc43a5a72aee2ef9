/** What `/sample/api/session` answers. Times are ISO 8601, amounts minor units. */
export interface Session {
  readonly mode: 'emulator' | 'stripe';
  readonly user: User | null;
  readonly users: readonly User[];
  /** Null: the service has none, so nothing can be paid for here. */
  readonly publishableKey: string | null;
  readonly stripeJsUrl: string;
  readonly plans: readonly Plan[];
  readonly profile: {
    readonly stripe_customer_id: string | null;
    readonly stripe_subscription_id: string | null;
  } | null;
  readonly subscription: Subscription | null;
}

export interface User {
  readonly username: string;
  readonly name: string;
}

export interface Plan {
  readonly price: string;
  readonly product: string;
  readonly amount: number;
  readonly currency: string;
  readonly interval: string;
  readonly trialDays: number | null;
}

export interface Subscription {
  readonly id: string;
  readonly status: string;
  readonly product: string;
  readonly price: string;
  readonly cancelAt: string | null;
  readonly trialEnd: string | null;
  readonly currentPeriodEnd: string | null;
}

/** What `/sample/api/subscriptions` answers: what Stripe.js has to confirm, if anything. */
export interface Started {
  readonly subscription: string;
  readonly status: string;
  readonly clientSecret: string | null;
  readonly kind: 'payment' | 'setup' | 'none';
}
