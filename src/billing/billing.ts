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
 * `database_unreachable` and `stopped`; and what it asks of Stripe, `stripe_unreachable` and `stripe_refused`.
 */
export interface Billing {
  /** The link between a user and a Stripe customer. */
  readonly customers: {
    /**
     * The user's Stripe customer: exactly one in each mode, also under concurrent calls, retries and a crash at any point. Made
     * with the user's full name and email where there is none. One that is there is adopted where the profile names
     * it, or its metadata the user (`lockstep_user`), never by its email. Its id is saved on the profile row.
     * @returns its id, `cus_…`, and whether this call made it
     * @throws customer_taken the profile names another user's customer
     * @throws stripe_unreachable, stripe_refused call again: nothing is doubled
     */
    ensure(user: UserRef): Promise<{ id: string; created: boolean }>;
  };
  /** What the app changes about its users. */
  readonly users: {
    /**
     * Sends Stripe the user's name and email as they are now, where the app has changed them since the last call, and
     * the metadata given (as of `CreateSubscription`; an empty value removes a name). What Stripe has so already makes
     * no event: a hook may call this without a loop. A user without a customer is left without.
     * @returns which fields were sent: `name`, `email`, `metadata.plan`
     * @throws request_invalid, customer_stale, stripe_refused, stripe_unreachable
     */
    changed(user: UserRef, metadata?: Readonly<Record<string, string>>): Promise<string[]>;
    /**
     * What Stripe's Dashboard has differently, from the mirror. Nothing of it is written to the app's tables: the app takes over
     * what it wants, and calls `changed`.
     */
    differences(user: UserRef): Promise<Difference[]>;
    /**
     * The app has deleted a user, or is about to. `what` becomes of the customer: default the option billing.onUserDeletion.
     * The user is linked to nothing afterwards. Called again, even after a crash, it resumes; a user without a
     * customer is done.
     * @throws stripe_refused, stripe_unreachable
     */
    deleted(userId: string | number | bigint, what?: OnUserDeletion): Promise<void>;
    /** The ids of users that are linked to a customer and not in the users table any more: 100 at most. Call `deleted` for each. */
    orphans(): Promise<string[]>;
  };
  /**
   * Each call resolves when what it did is proven in the mirror, so that a select finds it. `id` is a subscription's, `sub_…`, and
   * must be the user's own.
   */
  readonly subscriptions: {
    /**
     * A subscription to be paid with Elements: `clientSecret` for Stripe.js, and in `kind` whether to confirm a payment, a
     * set-up (a trial), or nothing. One that is still to be paid, asked for in the same way, is taken up again; one left unpaid
     * for another plan of the group is ended. Two clicks make one. Unpaid for 23 hours, Stripe gives it up. Source: Stripe's
     * "How subscriptions work" (`payment_behavior=default_incomplete`).
     * @throws already_subscribed, price_not_found, price_not_allowed, promotion_code_invalid, request_in_progress,
     *   idempotency_conflict, customer_stale, stripe_refused, stripe_unreachable, timed_out
     */
    create(request: CreateSubscription): Promise<Created>;
    /**
     * What the change would cost, by Stripe. Pass its `prorationDate` to `change`: so the change costs what was shown.
     * @throws subscription_not_found, price_not_found, price_not_allowed, customer_stale
     * @throws request_invalid it has ended or will end, or the change is none
     */
    preview(user: UserRef, id: string, change: ChangeSubscription): Promise<Upcoming & { prorationDate: Date }>;
    /**
     * Another price, quantity or set of items. Two clicks change it once. A change that waits for the end of the period is
     * dropped: what is wanted last counts.
     * @throws subscription_not_found, price_not_found, price_not_allowed, request_invalid, request_in_progress,
     *   idempotency_conflict
     * @throws payment_failed with `now_invoiced`: nothing has changed
     */
    change(user: UserRef, id: string, change: ChangeSubscription): Promise<void>;
    /**
     * Ends it: now (the default), at the end of what is paid for, or at a moment to come. One that has ended is left so, and a
     * change that waits for the end of the period is dropped.
     * @throws subscription_not_found, request_invalid a moment that is past
     * @throws stripe_refused a schedule made in the Dashboard says when it ends
     */
    cancel(user: UserRef, id: string, at?: CancelAt): Promise<void>;
    /** Takes back an end to come, or a pause. @throws subscription_not_found, request_invalid it has ended */
    resume(user: UserRef, id: string): Promise<void>;
    /**
     * Collects nothing until it is resumed, or until a moment: its invoices are voided, and access stays. Source: Stripe's
     * "Pause payment collection".
     * @throws subscription_not_found, request_invalid it has ended, or the moment is past
     */
    pause(user: UserRef, id: string, until?: Date): Promise<void>;
  };
  /** Stripe's own pages for a user, and a card for later. */
  readonly sessions: {
    /**
     * A checkout of a subscription. Others that the user left open expire, so that two tabs make one subscription; two clicks
     * get one page.
     * @throws already_subscribed, return_url_refused, price_not_found, price_not_allowed, promotion_code_invalid,
     *   request_invalid, request_in_progress, idempotency_conflict, customer_stale
     */
    checkout(request: CheckoutRequest): Promise<Page>;
    /** The billing portal, for cards, invoices and cancelling. @throws return_url_refused, idempotency_conflict, customer_stale */
    portal(request: PortalRequest): Promise<Page>;
    /** A payment method for later, with Elements: for payments while nobody is there. @throws idempotency_conflict, customer_stale */
    setup(request: SetupRequest): Promise<Setup>;
  };
  /** Usage of metered prices. */
  readonly usage: {
    /**
     * Reports once. Stripe adds it up in its own time; the mirror sees it on the next invoice.
     * @returns `duplicate`: Stripe has counted this `id` already
     * @throws request_invalid, customer_stale
     * @throws stripe_refused there is no such meter
     */
    report(report: UsageReport): Promise<'counted' | 'duplicate'>;
  };
  /** What a user has, from the mirror: `await (await lockstep.for(user)).isSubscribed({ product })`. */
  for(user: UserRef): Promise<Access>;
  /**
   * For the page that a person comes back to from Stripe, often before the delivery: resolves when the customer, what Stripe
   * lists as its subscriptions now, their invoices and its entitlements, and whatever else of it is marked, are proven.
   * @param customerId `cus_…`
   * @param timeoutMs milliseconds; default 10,000
   * @throws timed_out the mirror follows by itself: ask again in a moment
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

/** Each room resolves the users it is given; what it calls takes the rows of the users table. */
export function createBilling(parts: BillingDeps, settings: BillingConfig): Billing {
  const { users } = parts;
  const mirrorSchema = parts.mirror.schema;
  const ownWrites = createOwnWrites(parts);
  const customers = createCustomers({ ...parts, ownWrites });
  const prices = createPrices({ ...parts, mirrorSchema, allowed: settings.prices });
  const subscribedGroups = createSubscribedGroups({ ...parts, prices });
  const openCheckouts = createOpenCheckouts({ ...parts, mirrorSchema, ownWrites });
  const attempts = createAttempts(parts);
  const shared = { ...parts, settings, customers, ownWrites, attempts, prices, subscribedGroups, openCheckouts };
  const { pastDueKeepsAccess, onUserDeletion } = settings;
  return {
    customers: { ensure: async (user) => customers.ensure(await users.find(user)) },
    users: createUserChanges({ ...shared, onUserDeletion }),
    subscriptions: createSubscriptions(shared),
    sessions: createSessions(shared),
    usage: createUsage(shared),
    for: async (user) => accessOf(await users.find(user), { ...parts, pastDueKeepsAccess }),
    settled: createSettled({ ...shared, mirrorSchema }),
  };
}
