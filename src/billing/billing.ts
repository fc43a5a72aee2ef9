/*
 * Billing for the app's users: the contract `Billing` and what it is made of, in three rooms.
 * - users: the app's tables, and the Stripe customer behind each user
 * - selling: subscriptions, checkout, portal, prices, usage
 * - access: what a user has, read from the mirror
 */

import type { Chance } from '../kernel/chance.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Marks } from '../inbox/marks.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database } from '../store/database.js';
import type { Gateway } from '../stripe/gateway.js';
import { accessOf, type Access } from './access/access.js';
import type { Upcoming } from './access/upcoming.js';
import { createOwnWrites } from './own-writes.js';
import { createAttempts } from './selling/attempts.js';
import type { ChangeSubscription } from './selling/change-subscription.js';
import type { CheckoutRequest, Page } from './selling/checkout.js';
import type { Created, CreateSubscription } from './selling/create-subscription.js';
import { createOpenCheckouts } from './selling/open-checkouts.js';
import type { PortalRequest, Setup, SetupRequest } from './selling/portal.js';
import { createPrices } from './selling/prices.js';
import { createSessions } from './selling/sessions.js';
import { createSubscribedGroups } from './selling/subscribed-groups.js';
import { createSubscriptions, type CancelAt } from './selling/subscriptions.js';
import { createUsage, type UsageReport } from './selling/usage.js';
import { createSettled } from './settled.js';
import type { BillingConfig, OnUserDeletion } from './settings.js';
import { createUserChanges, type Difference } from './users/changes.js';
import { createCustomers } from './users/customers.js';
import type { UserRef, Users } from './users/users.js';

/**
 * Billing for the app's users. Every call may throw `user_not_found`, `option_invalid` (the app's tables are not configured),
 * `database_unreachable` and `stopped`. Every call that asks Stripe may throw `stripe_unreachable` and `stripe_refused`.
 */
export interface Billing {
  /** The link between a user and a Stripe customer. */
  readonly customers: {
    /**
     * The user's Stripe customer. There is exactly one in each mode, even with concurrent calls, retries and a crash at any
     * point. If the user has none, this creates it with the user's full name and email, and saves its id on the profile row.
     * An existing customer is adopted if the profile names it, or if its metadata names the user (`lockstep_user`). The email
     * never decides.
     * @returns its id, `cus_…`, and whether this call created it
     * @throws customer_taken the profile names another user's customer
     * @throws stripe_unreachable, stripe_refused call again: nothing is doubled
     */
    ensure(user: UserRef): Promise<{ id: string; created: boolean }>;
  };
  /** What the app changes about its users. */
  readonly users: {
    /**
     * Sends Stripe the user's name and email if the app has changed them since the last call, and the given metadata (as in
     * `CreateSubscription`; an empty value removes a name). What Stripe has already causes no event, so a hook may call this
     * without a loop. For a user without a customer it does nothing.
     * @returns which fields were sent: `name`, `email`, `metadata.plan`
     * @throws request_invalid, customer_stale, stripe_refused, stripe_unreachable
     */
    changed(user: UserRef, metadata?: Readonly<Record<string, string>>): Promise<string[]>;
    /**
     * What differs from Stripe's Dashboard, as the mirror has it. Lockstep writes none of it to the app's tables: the app takes
     * over what it wants, and then calls `changed`.
     */
    differences(user: UserRef): Promise<Difference[]>;
    /**
     * The app has deleted a user, or is about to. `what` says what becomes of the customer; default: the option
     * billing.onUserDeletion. Afterwards the user is linked to nothing. A second call, even after a crash, finishes what the
     * first one began. A user without a customer is done.
     * @throws stripe_refused, stripe_unreachable
     */
    deleted(userId: string | number | bigint, what?: OnUserDeletion): Promise<void>;
    /** The ids of users that have a customer but are no longer in the users table: 100 at most. Call `deleted` for each. */
    orphans(): Promise<string[]>;
  };
  /**
   * Each call resolves when its result is proven in the mirror, so that a select finds it. `id` is a subscription's, `sub_…`,
   * and must be the user's own.
   */
  readonly subscriptions: {
    /**
     * A subscription to be paid with Elements: `clientSecret` is for Stripe.js, and `kind` says whether to confirm a payment, a
     * set-up (a trial), or nothing. Two clicks create one: the same request returns the subscription that is still to be paid.
     * A subscription that was left unpaid for another plan of the group is ended. Stripe gives up one that is unpaid for 23
     * hours. Source: Stripe's "How subscriptions work" (`payment_behavior=default_incomplete`).
     * @throws already_subscribed, price_not_found, price_not_allowed, promotion_code_invalid, request_in_progress,
     *   idempotency_conflict, customer_stale, stripe_refused, stripe_unreachable, timed_out
     */
    create(request: CreateSubscription): Promise<Created>;
    /**
     * What the change would cost, according to Stripe. Pass its `prorationDate` to `change`, so that the change costs what was
     * shown.
     * @throws subscription_not_found, price_not_found, price_not_allowed, customer_stale
     * @throws request_invalid it has ended or will end, or the change is none
     */
    preview(user: UserRef, id: string, change: ChangeSubscription): Promise<Upcoming & { prorationDate: Date }>;
    /**
     * Another price, quantity or set of items. Two clicks change it once. The last wish counts: a change that waits for the end
     * of the period is dropped.
     * @throws subscription_not_found, price_not_found, price_not_allowed, request_invalid, request_in_progress,
     *   idempotency_conflict
     * @throws payment_failed with `now_invoiced`: nothing has changed
     */
    change(user: UserRef, id: string, change: ChangeSubscription): Promise<void>;
    /**
     * Ends it: now (the default), at the end of what is paid for, or at a later moment. A change that waits for the end of the
     * period is dropped. A subscription that has ended stays as it is.
     * @throws subscription_not_found, request_invalid a moment that is past
     * @throws stripe_refused a schedule made in the Dashboard says when it ends
     */
    cancel(user: UserRef, id: string, at?: CancelAt): Promise<void>;
    /** Takes back a planned end, or a pause. @throws subscription_not_found, request_invalid it has ended */
    resume(user: UserRef, id: string): Promise<void>;
    /**
     * Collects no payment until it is resumed, or until a moment. Stripe voids its invoices, and access stays. Source: Stripe's
     * "Pause payment collection".
     * @throws subscription_not_found, request_invalid it has ended, or the moment is past
     */
    pause(user: UserRef, id: string, until?: Date): Promise<void>;
  };
  /** Stripe's own pages for a user, and a payment method for later. */
  readonly sessions: {
    /**
     * A checkout page for a subscription. Other pages that the user left open expire, so that two tabs create one subscription.
     * Two clicks get one page.
     * @throws already_subscribed, return_url_refused, price_not_found, price_not_allowed, promotion_code_invalid,
     *   request_invalid, request_in_progress, idempotency_conflict, customer_stale
     */
    checkout(request: CheckoutRequest): Promise<Page>;
    /**
     * The billing portal, for cards, invoices and cancelling.
     * @throws return_url_refused, idempotency_conflict, customer_stale
     */
    portal(request: PortalRequest): Promise<Page>;
    /** A payment method for later payments without the user, with Elements. @throws idempotency_conflict, customer_stale */
    setup(request: SetupRequest): Promise<Setup>;
  };
  /** Usage of metered prices. */
  readonly usage: {
    /**
     * Reports usage once. Stripe adds it up later; the mirror has it on the next invoice.
     * @returns `duplicate`: Stripe has counted this `id` already
     * @throws request_invalid, customer_stale
     * @throws stripe_refused there is no such meter
     */
    report(report: UsageReport): Promise<'counted' | 'duplicate'>;
  };
  /** What a user has, from the mirror: `await (await lockstep.for(user)).isSubscribed({ product })`. */
  for(user: UserRef): Promise<Access>;
  /**
   * For the page to which users return from Stripe, often before the webhook. Resolves when these are proven: the customer, its
   * entitlements, the subscriptions that Stripe lists now, their invoices, and whatever else of the customer is marked.
   * @param customerId `cus_…`
   * @param timeoutMs milliseconds; default 10,000
   * @throws timed_out the mirror catches up by itself: ask again in a moment
   * @throws stripe_unreachable, customer_stale
   */
  settled(customerId: string, timeoutMs?: number): Promise<void>;
}

export interface BillingDeps {
  users: Users;
  database: Database;
  marks: Marks;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
  clock: Clock;
  chance: Chance;
  log: Log;
  wake: () => void;
}

/** Each call looks up the user it is given; what it calls takes rows of the users table. */
export function createBilling(deps: BillingDeps, settings: BillingConfig): Billing {
  const { users } = deps;
  const mirrorSchema = deps.mirror.schema;
  const ownWrites = createOwnWrites(deps);
  const customers = createCustomers({ ...deps, ownWrites });
  const prices = createPrices({ ...deps, mirrorSchema, allowed: settings.prices });
  const subscribedGroups = createSubscribedGroups({ ...deps, prices });
  const openCheckouts = createOpenCheckouts({ ...deps, mirrorSchema, ownWrites });
  const attempts = createAttempts(deps);
  const shared = { ...deps, settings, customers, ownWrites, attempts, prices, subscribedGroups, openCheckouts };
  const { pastDueKeepsAccess, onUserDeletion } = settings;
  return {
    customers: { ensure: async (user) => customers.ensure(await users.find(user)) },
    users: createUserChanges({ ...shared, onUserDeletion }),
    subscriptions: createSubscriptions(shared),
    sessions: createSessions(shared),
    usage: createUsage(shared),
    for: async (user) => accessOf(await users.find(user), { ...deps, pastDueKeepsAccess }),
    settled: createSettled({ ...shared, mirrorSchema }),
  };
}
