/*
 * Billing for the app's users: the interface `Billing`, and its parts in three folders.
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
import { nothingToRelink, type Relinking } from './users/relink.js';
import type { UserRef, Users } from './users/users.js';

/**
 * Billing for the app's users. Every call may throw `user_not_found`, `option_invalid` (the app's tables are not
 * configured), `database_unreachable` and `stopped`. Every call that asks Stripe may throw `stripe_unreachable` and
 * `stripe_refused`.
 */
export interface Billing {
  /** The link between a user and a Stripe customer. */
  readonly customers: {
    /**
     * Returns the user's Stripe customer. There is exactly one in each mode, even with concurrent calls, retries, and a
     * crash at any point. If the user has none, this creates it with the user's full name and email, and saves its id
     * on the profile row. An existing customer is adopted if the profile names it, or if its metadata names the user
     * (`lockstep_user`). An equal email is never enough.
     * @returns its id, `cus_…`, and whether this call created it
     * @throws customer_taken the profile names another user's customer
     * @throws stripe_unreachable, stripe_refused call again; no second customer is created
     */
    ensure(user: UserRef): Promise<{ id: string; created: boolean }>;
  };
  /** Changes to the app's users. */
  readonly users: {
    /**
     * Sends Stripe the user's name and email, if the app has changed them since the last call. Also sends the given
     * metadata (as in `CreateSubscription`; an empty value removes a key). A hook may call this: values that Stripe
     * already has cause no event, so there is no loop. Does nothing for a user without a customer.
     * @returns which fields were sent: `name`, `email`, `metadata.plan`
     * @throws request_invalid, customer_stale, stripe_refused, stripe_unreachable
     */
    changed(user: UserRef, metadata?: Readonly<Record<string, string>>): Promise<string[]>;
    /**
     * Compares the user's name and email with those of the customer in the mirror. Lockstep does not write them to the
     * app's tables. The app copies what it wants, and then calls `changed`.
     */
    differences(user: UserRef): Promise<Difference[]>;
    /**
     * Call it when the app deletes a user, before or after. `what` says what happens to the customer; default: the
     * option billing.onUserDeletion. Afterwards, the user is not linked to a customer. A second call, even after a
     * crash, finishes what the first one began. Does nothing for a user without a customer.
     * @throws stripe_refused, stripe_unreachable
     */
    deleted(userId: string | number | bigint, what?: OnUserDeletion): Promise<void>;
    /**
     * The ids of users that have a customer but are no longer in the users table: 100 at most. Call `deleted` for each.
     */
    orphans(): Promise<string[]>;
  };
  /**
   * Each call resolves when its result is proven in the mirror, so that a select finds it. `id` is a subscription's,
   * `sub_…`, and must be the user's own.
   */
  readonly subscriptions: {
    /**
     * Creates a subscription that is paid with Elements. `clientSecret` is for Stripe.js. `kind` says whether to
     * confirm a payment, a setup (for a trial), or nothing. Two clicks create one subscription: the same request
     * returns the one that is still unpaid. An unpaid subscription to another plan of the group is ended. Stripe
     * expires a subscription that is unpaid for 23 hours. Source: Stripe's "How subscriptions work"
     * (`payment_behavior=default_incomplete`).
     * @throws already_subscribed, price_not_found, price_not_allowed, promotion_code_invalid, request_in_progress,
     *   idempotency_conflict, customer_stale, stripe_refused, stripe_unreachable, timed_out
     */
    create(request: CreateSubscription): Promise<Created>;
    /**
     * Asks Stripe what the change would cost. Pass the `prorationDate` to `change`, so that the change costs the same.
     * @throws subscription_not_found, price_not_found, price_not_allowed, customer_stale
     * @throws request_invalid it has ended or will end, or the change changes nothing
     */
    preview(user: UserRef, id: string, change: ChangeSubscription): Promise<Upcoming & { prorationDate: Date }>;
    /**
     * Changes the price, the quantity, or all items. Two clicks change it once. An earlier change that waits for the
     * end of the period is dropped.
     * @throws subscription_not_found, price_not_found, price_not_allowed, request_invalid, request_in_progress,
     *   idempotency_conflict
     * @throws payment_failed with `now_invoiced`: nothing has changed
     */
    change(user: UserRef, id: string, change: ChangeSubscription): Promise<void>;
    /**
     * Cancels it: now (the default), at the end of the paid period, or at a later time. A change that waits for the end
     * of the period is dropped. A subscription that has ended stays unchanged.
     * @throws subscription_not_found, request_invalid the time is in the past
     * @throws stripe_refused a schedule made in the Dashboard says when it ends
     */
    cancel(user: UserRef, id: string, at?: CancelAt): Promise<void>;
    /** Undoes a planned end or a pause. @throws subscription_not_found, request_invalid it has ended */
    resume(user: UserRef, id: string): Promise<void>;
    /**
     * Stops collecting payments until it is resumed, or until the given time. Stripe voids its invoices, and access
     * stays. Source: Stripe's "Pause payment collection".
     * @throws subscription_not_found, request_invalid it has ended, or the time is in the past
     */
    pause(user: UserRef, id: string, until?: Date): Promise<void>;
  };
  /** Opens Stripe's own pages for a user, and sets up a payment method for later. */
  readonly sessions: {
    /**
     * Opens a checkout page for a subscription. Other pages that the user left open expire, so that two tabs create one
     * subscription. Two clicks get the same page.
     * @throws already_subscribed, return_url_refused, price_not_found, price_not_allowed, promotion_code_invalid,
     *   request_invalid, request_in_progress, idempotency_conflict, customer_stale
     */
    checkout(request: CheckoutRequest): Promise<Page>;
    /**
     * Opens the billing portal, where the user manages cards and invoices and can cancel.
     * @throws return_url_refused, idempotency_conflict, customer_stale
     */
    portal(request: PortalRequest): Promise<Page>;
    /** Sets up a payment method with Elements, for later payments. @throws idempotency_conflict, customer_stale */
    setup(request: SetupRequest): Promise<Setup>;
  };
  /** Usage of metered prices. */
  readonly usage: {
    /**
     * Reports usage. Stripe adds it up later, and the mirror has it on the next invoice.
     * @returns `duplicate` if Stripe has already counted this `id`
     * @throws request_invalid, customer_stale
     * @throws stripe_refused the meter does not exist
     */
    report(report: UsageReport): Promise<'counted' | 'duplicate'>;
  };
  /** What a user has, from the mirror: `await (await lockstep.for(user)).isSubscribed({ product })`. */
  for(user: UserRef): Promise<Access>;
  /**
   * For the page to which users return from Stripe, often before the webhook arrives. Resolves when these are proven:
   * the customer, its entitlements, the subscriptions that Stripe lists now, their invoices, and all other marked
   * objects of the customer.
   * @param customerId `cus_…`
   * @param timeoutMs milliseconds; default 10,000
   * @throws timed_out the mirror catches up by itself; call again a little later
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
  /** Default: nobody has to be linked again. */
  relinking?: Relinking;
}

/** Each call looks up its user once, and passes the row on. */
export function createBilling(deps: BillingDeps, settings: BillingConfig): Billing {
  const { users } = deps;
  const mirrorSchema = deps.mirror.schema;
  const ownWrites = createOwnWrites(deps);
  const customers = createCustomers({ ...deps, ownWrites, relinking: deps.relinking ?? nothingToRelink });
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
