import type { Access } from '../billing/access.js';
import type { Billing } from '../billing/billing.js';
import type { CheckoutRequest, Page, Sessions } from '../billing/sessions.js';
import type { CancelAt, ChangeSubscription, Created, CreateSubscription } from '../billing/subscriptions.js';
import type { Upcoming } from '../billing/upcoming.js';
import type { UsageReport } from '../billing/usage.js';
import type { OnUserDeletion } from '../billing/settings.js';
import type { Difference } from '../billing/user-changes.js';
import type { User } from '../billing/users.js';
import { findUser, type UserRef } from './user-ref.js';

/** A request that names its user by reference. */
type By<Request extends { user: User }> = Omit<Request, 'user'> & { user: UserRef };

/** Billing for the app's users. Every call may throw `user_not_found`; `option_invalid`: the app's tables are not configured. */
export interface BillingByRef {
  readonly customers: {
    /**
     * The user's Stripe customer: exactly one, also under concurrent calls, retries and a crash at any point. Its id is
     * saved on the profile row.
     * @throws stripe_unreachable, stripe_refused
     */
    ensure(user: UserRef): Promise<{ id: string; created: boolean }>;
  };
  /** What the app changes about its users. */
  readonly users: {
    /**
     * Tells Stripe the user's name and e-mail as they are now, and the metadata given; nothing where Stripe has them so.
     * @returns which fields were sent. @throws request_invalid, customer_stale, stripe_refused, stripe_unreachable
     */
    changed(user: UserRef, metadata?: Readonly<Record<string, string>>): Promise<string[]>;
    /** What the Dashboard has differently: the app takes over what it wants, and calls `changed`. */
    differences(user: UserRef): Promise<Difference[]>;
    /**
     * The app has deleted a user, or is about to: keep the customer at Stripe (default: the option billing.onUserDeletion),
     * cancel its subscriptions, or delete it. Called again, it goes on. @throws stripe_refused, stripe_unreachable
     */
    deleted(userId: string | number | bigint, what?: OnUserDeletion): Promise<void>;
    /** Users that are linked to a customer and not in the users table any more: 100 at most. */
    orphans(): Promise<string[]>;
  };
  /** Every change resolves when it is proven in the mirror, so that a select finds it. */
  readonly subscriptions: {
    /**
     * A subscription to be paid with Elements: `clientSecret` for Stripe.js, and in `kind` whether to confirm a payment, a
     * set-up (a trial), or nothing. One that is still to be paid, asked for in the same way, is taken up again.
     * @throws already_subscribed, price_not_found, price_not_allowed, promotion_code_invalid, request_in_progress,
     *   idempotency_conflict, customer_stale, stripe_refused, stripe_unreachable, timed_out
     */
    create(request: By<CreateSubscription>): Promise<Created>;
    /** What the change would cost, by Stripe. Pass its `prorationDate` to `change`. @throws as `change` */
    preview(user: UserRef, id: string, change: ChangeSubscription): Promise<Upcoming & { prorationDate: Date }>;
    /** Another price, quantity or set of items. @throws subscription_not_found, price_not_allowed, payment_failed, … */
    change(user: UserRef, id: string, change: ChangeSubscription): Promise<void>;
    /** Default: now. @throws subscription_not_found, request_invalid a moment that is past */
    cancel(user: UserRef, id: string, at?: CancelAt): Promise<void>;
    /** Takes back an end to come, or a pause. @throws subscription_not_found, request_invalid it has ended */
    resume(user: UserRef, id: string): Promise<void>;
    /** Collects nothing until it is resumed, or until a moment; access stays. @throws subscription_not_found */
    pause(user: UserRef, id: string, until?: Date): Promise<void>;
  };
  /** Stripe's own pages for a user, and a card for later. */
  readonly sessions: {
    /** A checkout of a subscription. @throws already_subscribed, return_url_refused, price_not_allowed, … */
    checkout(request: By<CheckoutRequest>): Promise<Page>;
    /** The billing portal. @throws return_url_refused, … */
    portal(request: { user: UserRef; returnUrl: string; idempotencyKey?: string | undefined }): Promise<Page>;
    /** A payment method for later, with Elements. @throws customer_stale, … */
    setup(request: {
      user: UserRef;
      idempotencyKey?: string | undefined;
    }): Promise<{ id: string; clientSecret: string; kind: 'setup' }>;
  };
  /** Usage of metered prices. @throws request_invalid, customer_stale, stripe_refused there is no such meter */
  readonly usage: { report(report: By<UsageReport>): Promise<'counted' | 'duplicate'> };
  /** What a user has, from the mirror: `await (await lockstep.for(user)).isSubscribed({ product })`. */
  for(user: UserRef): Promise<Access>;
  /**
   * For the page that a person comes back to from Stripe, often before the delivery: resolves when what is known of the
   * customer is proven. @throws timed_out not within `timeoutMs` (default 10,000), stripe_unreachable, customer_stale
   */
  settled(customerId: string, timeoutMs?: number): Promise<void>;
}

/** The calls, on a billing that is opened at the first of them. */
export function billingByRef(open: () => Promise<Billing>): BillingByRef {
  const as = async (ref: UserRef): Promise<{ billing: Billing; user: User }> => {
    const billing = await open();
    return { billing, user: await findUser(billing.users, ref) };
  };
  /** A call that takes a request with its user. */
  const by =
    <Request extends { user: User }, Result>(call: (billing: Billing, request: Request) => Promise<Result>) =>
    async (request: By<Request>): Promise<Result> => {
      const { billing, user } = await as(request.user);
      return call(billing, { ...request, user } as unknown as Request);
    };
  /** A call that takes its user first. */
  const first =
    <More extends unknown[], Result>(call: (billing: Billing, user: User, ...more: More) => Promise<Result>) =>
    async (ref: UserRef, ...more: More): Promise<Result> => {
      const { billing, user } = await as(ref);
      return call(billing, user, ...more);
    };
  return {
    customers: { ensure: first(({ customers }, user) => customers.ensure(user)) },
    users: {
      changed: first(({ users }, user, metadata?: Readonly<Record<string, string>>) => users.changed(user, metadata)),
      differences: first(({ users }, user) => users.differences(user)),
      deleted: async (userId, what) => (await open()).users.deleted(String(userId), what),
      orphans: async () => (await open()).users.orphans(),
    },
    subscriptions: {
      create: by(({ subscriptions }, request: CreateSubscription) => subscriptions.create(request)),
      preview: first(({ subscriptions }, user, id: string, change: ChangeSubscription) =>
        subscriptions.preview(user, id, change),
      ),
      change: first(({ subscriptions }, user, id: string, change: ChangeSubscription) =>
        subscriptions.change(user, id, change),
      ),
      cancel: first(({ subscriptions }, user, id: string, at?: CancelAt) => subscriptions.cancel(user, id, at)),
      resume: first(({ subscriptions }, user, id: string) => subscriptions.resume(user, id)),
      pause: first(({ subscriptions }, user, id: string, until?: Date) => subscriptions.pause(user, id, until)),
    },
    sessions: {
      checkout: by(({ sessions }, request: CheckoutRequest) => sessions.checkout(request)),
      portal: by(({ sessions }, request: Parameters<Sessions['portal']>[0]) => sessions.portal(request)),
      setup: by(({ sessions }, request: Parameters<Sessions['setup']>[0]) => sessions.setup(request)),
    },
    usage: { report: by(({ usage }, report: UsageReport) => usage.report(report)) },
    for: first(async (billing, user) => billing.for(user)),
    settled: async (customerId, timeoutMs) => (await open()).settled(customerId, timeoutMs),
  };
}
