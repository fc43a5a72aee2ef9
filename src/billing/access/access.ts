/*
 * What a user has, read from the mirror: subscriptions, entitlements, invoices, renewals. In reading order:
 * - views: SQL views, the only place that says what each status means
 * - access, queries: the same as calls
 * - upcoming: the next invoice, which only Stripe can compute
 */

import { sql, trusted } from '../../store/sql.js';
import {
  accessCondition,
  hasFeature,
  hasSubscription,
  listEntitlements,
  listInvoices,
  listRenewals,
  listSubscriptions,
  LIST_MAX,
  type AccessDeps,
} from './queries.js';
import { previewInvoice, type Upcoming } from './upcoming.js';

/** Selects the subscriptions that have such an item. If several fields are given, one item must match all of them. */
export interface SubscriptionFilter {
  /** A product's id. Default: any. */
  product?: string | undefined;
  /** A price's id. Default: any. */
  price?: string | undefined;
  /** A product's group: `lockstep_group` in its metadata, or `default` if that is not set. Default: any. */
  group?: string | undefined;
}

/** A subscription as the mirror has it. A time that is not set is null. Source: Stripe's "The Subscription object". */
export interface SubscriptionState {
  /** `sub_…`. */
  id: string;
  /** As Stripe writes it: active, trialing, past_due, incomplete, incomplete_expired, unpaid, paused, canceled. */
  status: string;
  /** Whether it gives access: active, trialing, and past_due unless `pastDueKeepsAccess` is false. */
  access: boolean;
  /** Its status is trialing. */
  onTrial: boolean;
  /** Its status is past_due: a payment failed, and Stripe tries again. */
  pastDue: boolean;
  /** It is set to cancel and continues until `endsAt`: `cancel_at` or `cancel_at_period_end`. */
  willEnd: boolean;
  /** `willEnd`, with access until then. */
  onGracePeriod: boolean;
  /** It is over for good: canceled, or incomplete_expired. */
  ended: boolean;
  /** When it ended or will end. */
  endsAt: Date | null;
  /** When its trial ends or ended. */
  trialEnd: Date | null;
  /** The latest period end of its items: since API version 2025-03-31, the items have periods, not the subscription. */
  currentPeriodEnd: Date | null;
  /** What happens to its invoices while collection is paused: keep_as_draft, mark_uncollectible, void. Access stays. */
  collectionPaused: string | null;
  /** When it was created. */
  created: Date | null;
  /** Its items, ordered by id. */
  items: SubscriptionItemState[];
  /** false: an event reported this state, and it has not been read from Stripe yet. */
  proven: boolean;
}

/** One item of a subscription. */
export interface SubscriptionItemState {
  /** `si_…`. */
  id: string;
  /** The price's id. */
  price: string | null;
  /** The product's id. */
  product: string | null;
  /** The product's group: `lockstep_group` in its metadata, or `default` if that is not set. */
  group: string;
  /** null: metered. */
  quantity: number | null;
}

/** A feature that a customer is entitled to. Source: Stripe's "Entitlements". */
export interface Entitlement {
  /** `ent_…`. */
  id: string;
  /** The name that the app gave the feature. */
  lookupKey: string;
  /** The feature's id, `feat_…`; null if it is not known. */
  feature: string | null;
}

/**
 * An invoice as the mirror has it. Amounts are whole numbers in the currency's smallest unit: euro cents, whole yen.
 * Source: Stripe's "The Invoice object" and "Supported currencies".
 */
export interface InvoiceState {
  /** `in_…`. */
  id: string;
  /** The number that the customer sees; null while it is a draft. */
  number: string | null;
  /** As Stripe writes it: open, paid, uncollectible, void. */
  status: string | null;
  /** Three letters, lower case, such as `eur`. */
  currency: string;
  /** After discounts and taxes. */
  total: number;
  /** The total less the customer's credit. It can be 0 if the total is too small to be charged. */
  amountDue: number;
  /** The amount already paid. */
  amountPaid: number;
  /** The amount still to be paid. */
  amountRemaining: number;
  /** When it was created. */
  created: Date;
  /** When payment is due, for an invoice that is sent; null: it is charged automatically. */
  dueDate: Date | null;
  /** The subscription's id; null if it belongs to none. Since API version 2025-03-31, Stripe has it in `parent`. */
  subscription: string | null;
  /** Stripe's page to view and pay the invoice. Anyone with the URL can see it, until the URL expires. */
  hostedUrl: string | null;
  /** The URL of the PDF. Anyone with it can see the PDF too. */
  pdfUrl: string | null;
}

/** What a subscription costs when it renews, computed only from the prices of its items. */
export interface Renewal {
  /** The subscription's id, `sub_…`. */
  subscription: string;
  /** The earliest end of a period of its items. A trial is a period too. */
  at: Date;
  /** Three letters, lower case, such as `eur`. */
  currency: string;
  /**
   * In the currency's smallest unit, before discounts, taxes, prorations and credit, which only Stripe knows
   * (`upcomingInvoice`). null: the price of an item depends on usage or on tiers.
   */
  amount: number | null;
}

/**
 * What one user has. Each call is one indexed query of a view in your database (`lockstep.user_…`), which your own SQL
 * can query too. Only `upcomingInvoice` asks Stripe. A user without a customer has nothing. Without a `filter`, a call
 * considers every subscription of the user.
 * Every call may throw `database_unreachable`, and `request_invalid` for a name with a NUL in it.
 */
export interface Access {
  /** The newest with access, else the newest that has not ended, else the newest. */
  subscription(filter?: SubscriptionFilter): Promise<SubscriptionState | null>;
  /** All subscriptions, in that order, including ended ones; 100 at most. */
  subscriptions(filter?: SubscriptionFilter): Promise<SubscriptionState[]>;
  /** Whether one gives access: active, trialing, and past_due unless the option billing.pastDueKeepsAccess is false. */
  isSubscribed(filter?: SubscriptionFilter): Promise<boolean>;
  /** Whether one is in its trial. */
  onTrial(filter?: SubscriptionFilter): Promise<boolean>;
  /** Whether one has or had a trial, including ended ones: `trialDays: (await ada.hadTrial()) ? 0 : 14`. */
  hadTrial(filter?: SubscriptionFilter): Promise<boolean>;
  /** Whether one has been cancelled and gives access until its end. */
  onGracePeriod(filter?: SubscriptionFilter): Promise<boolean>;
  /** Whether one is cancelled and has not ended: by `cancel_at`, which the portal sets, or `cancel_at_period_end`. */
  willEnd(filter?: SubscriptionFilter): Promise<boolean>;
  /** Whether a payment of one failed and is being tried again. */
  pastDue(filter?: SubscriptionFilter): Promise<boolean>;
  /** The active entitlements of the user's customer; 1000 at most. */
  entitlements(): Promise<Entitlement[]>;
  /** Whether the user has the feature with this lookup key. */
  has(feature: string): Promise<boolean>;
  /**
   * The newest first, without drafts. `limit`: 1 to 100, 24 by default. `before`: only invoices created before then.
   * @throws request_invalid `limit` is not a whole number, or `before` is not a valid date
   */
  invoices(page?: { limit?: number | undefined; before?: Date | undefined }): Promise<InvoiceState[]>;
  /**
   * When each subscription renews next, and for how much; the next one first, 100 at most. Those that end before, or
   * whose collection is paused, are left out.
   */
  renewals(filter?: SubscriptionFilter): Promise<Renewal[]>;
  /**
   * A preview of the next invoice, from Stripe; null if there will be none.
   * @throws stripe_unreachable, stripe_refused
   */
  upcomingInvoice(filter?: SubscriptionFilter): Promise<Upcoming | null>;
}

/** What this user has. A user without a customer has nothing. */
export function accessOf(user: { id: string }, deps: AccessDeps): Access {
  const reader = { ...deps, userId: user.id };
  const access = accessCondition(deps);
  return {
    subscriptions: async (filter = {}) => listSubscriptions(reader, filter, LIST_MAX),
    subscription: async (filter = {}) => (await listSubscriptions(reader, filter, 1))[0] ?? null,
    isSubscribed: (filter) => hasSubscription(reader, access, filter),
    onTrial: (filter) => hasSubscription(reader, trusted('on_trial'), filter),
    hadTrial: (filter) => hasSubscription(reader, trusted('trial_end is not null'), filter),
    onGracePeriod: (filter) => hasSubscription(reader, sql`on_grace_period and ${access}`, filter),
    willEnd: (filter) => hasSubscription(reader, trusted('will_end'), filter),
    pastDue: (filter) => hasSubscription(reader, trusted('past_due'), filter),
    entitlements: () => listEntitlements(reader),
    has: async (feature) => hasFeature(reader, feature),
    invoices: async (page = {}) => listInvoices(reader, page),
    renewals: async (filter = {}) => listRenewals(reader, filter),
    async upcomingInvoice(filter = {}) {
      const subscriptions = await listSubscriptions(reader, filter, LIST_MAX);
      const open = subscriptions.find(({ ended, status }) => !ended && status !== 'incomplete');
      return open === undefined ? null : previewInvoice(deps, { subscription: open.id });
    },
  };
}
