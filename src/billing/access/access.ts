/*
 * What a user has, answered by the mirror: subscriptions, entitlements, invoices, renewals. Read in this order:
 * views (what each status means, in SQL: the one place that says so) · access (the same as calls) ·
 * upcoming (the next invoice, which only Stripe can compute).
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

/** Which subscriptions are meant: those with such an item. Several fields must be true of the same item. */
export interface Which {
  /** A product's id. Default: any. */
  product?: string | undefined;
  /** A price's id. Default: any. */
  price?: string | undefined;
  /** What the product's metadata says under `lockstep_group`; `default` where it says nothing. Default: any. */
  group?: string | undefined;
}

/** A subscription as the mirror has it. Times are null where there is none. Source: Stripe's "The Subscription object". */
export interface SubscriptionState {
  /** `sub_…`. */
  id: string;
  /** As Stripe writes it: active, trialing, past_due, incomplete, incomplete_expired, unpaid, paused, canceled. */
  status: string;
  /** Whether what was bought may be used: active, trialing, and past_due unless `pastDueKeepsAccess` is false. */
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
  /** The latest of its items' periods: since API version 2025-03-31 the items have them, and the subscription has none. */
  currentPeriodEnd: Date | null;
  /** What becomes of its invoices while collection is paused: keep_as_draft, mark_uncollectible, void. Access stays. */
  collectionPaused: string | null;
  /** When it was made. */
  created: Date | null;
  /** What it is of, ordered by the items' ids. */
  items: SubscriptionItemState[];
  /** false: as an event reported it, and not yet read from Stripe. */
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
  /** The product's group: its metadata's `lockstep_group`, else `default`. */
  group: string;
  /** null: metered. */
  quantity: number | null;
}

/** A feature that a customer is entitled to. Source: Stripe's "Entitlements". */
export interface Entitlement {
  /** `ent_…`. */
  id: string;
  /** What the app names the feature by. */
  lookupKey: string;
  /** The feature's id, `feat_…`; null where it is not known. */
  feature: string | null;
}

/**
 * An invoice as the mirror has it. Amounts are whole numbers in the currency's smallest unit: cents of a euro, whole yen.
 * Source: Stripe's "The Invoice object" and "Supported currencies".
 */
export interface InvoiceState {
  /** `in_…`. */
  id: string;
  /** What the customer reads on it; null while it is a draft. */
  number: string | null;
  /** As Stripe writes it: open, paid, uncollectible, void. */
  status: string | null;
  /** Three letters, lower case, such as `eur`. */
  currency: string;
  /** After discounts and taxes. */
  total: number;
  /** What was asked for: the total less credit, or nothing where it is less than can be charged. */
  amountDue: number;
  /** What has been paid. */
  amountPaid: number;
  /** What is still to be paid. */
  amountRemaining: number;
  /** When it was made. */
  created: Date;
  /** Until when it is to be paid, where it is sent; null: it is charged. */
  dueDate: Date | null;
  /** The subscription's id, at which the invoice's `parent` says it since API version 2025-03-31; null: of none. */
  subscription: string | null;
  /** Stripe's page to see and pay the invoice. Anyone with the URL can see it, until the URL expires. */
  hostedUrl: string | null;
  /** The PDF's address, as open as the page's. */
  pdfUrl: string | null;
}

/** What a subscription costs when it renews, by the prices of its items alone. */
export interface Renewal {
  /** The subscription's id, `sub_…`. */
  subscription: string;
  /** When the next of its periods ends; a trial's end too. */
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
 * What one user has. Each call is one indexed query of the mirror, by a view that SQL may ask as well (`lockstep.user_…`); only
 * `upcomingInvoice` asks Stripe. A user without a customer has nothing. Where no `which` is given, any subscription will do.
 * Every call may throw `database_unreachable`, and `request_invalid` for a name with a NUL in it.
 */
export interface Access {
  /** The one that counts: the newest with access, else the newest that has not ended, else the newest. */
  subscription(which?: Which): Promise<SubscriptionState | null>;
  /** All, in that order, ended ones too; 100 at most. */
  subscriptions(which?: Which): Promise<SubscriptionState[]>;
  /** Whether one gives access: active, trialing, and past_due unless the option billing.pastDueKeepsAccess is false. */
  isSubscribed(which?: Which): Promise<boolean>;
  /** Whether one is in its trial. */
  onTrial(which?: Which): Promise<boolean>;
  /** Whether one has or had a trial, ended ones too: `trialDays: (await ada.hadTrial()) ? 0 : 14` gives nobody a second. */
  hadTrial(which?: Which): Promise<boolean>;
  /** Whether one has been cancelled and gives access until its end. */
  onGracePeriod(which?: Which): Promise<boolean>;
  /** Whether one has been cancelled and has not ended: by `cancel_at` (as the portal does it) or `cancel_at_period_end`. */
  willEnd(which?: Which): Promise<boolean>;
  /** Whether a payment of one failed and is being tried again. */
  pastDue(which?: Which): Promise<boolean>;
  /** What Stripe's Entitlements give the user's customer; 1000 at most. */
  entitlements(): Promise<Entitlement[]>;
  /** Whether the user has the feature with this lookup key. */
  has(feature: string): Promise<boolean>;
  /**
   * The newest first; drafts are left out. `limit`: 24 by default, from 1 to 100. `before`: made before that moment.
   * @throws request_invalid the limit is no whole number, or the moment none
   */
  invoices(page?: { limit?: number | undefined; before?: Date | undefined }): Promise<InvoiceState[]>;
  /** When the subscriptions that go on renew, and for how much, the next one first; none that is paused. 100 at most. */
  renewals(which?: Which): Promise<Renewal[]>;
  /**
   * What the next invoice would be, from Stripe; null: none will come.
   * @throws stripe_unreachable, stripe_refused
   */
  upcomingInvoice(which?: Which): Promise<Upcoming | null>;
}

/** @param user whose; a user without a customer has nothing */
export function accessOf(user: { id: string }, deps: AccessDeps): Access {
  const reader = { ...deps, userId: user.id };
  const access = accessCondition(deps);
  return {
    subscriptions: async (which = {}) => listSubscriptions(reader, which, LIST_MAX),
    subscription: async (which = {}) => (await listSubscriptions(reader, which, 1))[0] ?? null,
    isSubscribed: (which) => hasSubscription(reader, access, which),
    onTrial: (which) => hasSubscription(reader, trusted('on_trial'), which),
    hadTrial: (which) => hasSubscription(reader, trusted('trial_end is not null'), which),
    onGracePeriod: (which) => hasSubscription(reader, sql`on_grace_period and ${access}`, which),
    willEnd: (which) => hasSubscription(reader, trusted('will_end'), which),
    pastDue: (which) => hasSubscription(reader, trusted('past_due'), which),
    entitlements: () => listEntitlements(reader),
    has: async (feature) => hasFeature(reader, feature),
    invoices: async (page = {}) => listInvoices(reader, page),
    renewals: async (which = {}) => listRenewals(reader, which),
    async upcomingInvoice(which = {}) {
      const subscriptions = await listSubscriptions(reader, which, LIST_MAX);
      const open = subscriptions.find(({ ended, status }) => !ended && status !== 'incomplete');
      return open === undefined ? null : previewInvoice(deps, { subscription: open.id });
    },
  };
}
