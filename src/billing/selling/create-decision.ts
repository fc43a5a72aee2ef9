import type Stripe from 'stripe';
import { idOf } from '../../stripe/id-of.js';

/** A subscription of the customer that has not ended: the fields that decide whether another one is created. */
export interface OpenSubscription {
  id: string;
  /** `incomplete`: not paid yet. `setup`: no payment method yet. The page for it may still be open. */
  open: 'incomplete' | 'setup' | false;
  groups: readonly string[];
  /** The fingerprint of the request that created it. Undefined if Lockstep did not create it. */
  fingerprint: string | undefined;
  /** The hash of the idempotency key that it was requested with. */
  request: string | undefined;
  items: readonly WantedItem[];
}

/** A price and a quantity. */
export interface WantedItem {
  /** A price's id or lookup key. */
  price: string;
  /** A whole number, 0 to 1,000,000. Default: one. Leave it out for a metered price. */
  quantity?: number | undefined;
}

export interface RequestedSubscription {
  groups: readonly string[];
  fingerprint: string;
  request: string | undefined;
  items: readonly WantedItem[];
  /** The request has only items, so an open subscription that Lockstep did not create can be used too. */
  plain: boolean;
  several: boolean;
}

export type CreateDecision =
  | { do: 'make'; instead: readonly string[] }
  | { do: 'reuse'; id: string }
  | { do: 'refuse'; why: 'already_subscribed' | 'idempotency_conflict'; id: string };

/**
 * Decides whether to create a subscription, to return an open one, or to refuse because the user has one of the group.
 */
export function decide(existing: readonly OpenSubscription[], wanted: RequestedSubscription): CreateDecision {
  const asked = existing.find(({ request }) => request !== undefined && request === wanted.request);
  if (asked !== undefined) {
    return asked.fingerprint === wanted.fingerprint
      ? { do: 'reuse', id: asked.id }
      : { do: 'refuse', why: 'idempotency_conflict', id: asked.id };
  }
  const open = existing.find((subscription) => subscription.open !== false && isSame(subscription, wanted));
  if (open !== undefined) return { do: 'reuse', id: open.id };
  if (wanted.several) return { do: 'make', instead: [] };
  const rivals = existing.filter(({ groups }) => groups.some((group) => wanted.groups.includes(group)));
  const active = rivals.find(({ open: stillOpen }) => stillOpen !== 'incomplete');
  if (active !== undefined) return { do: 'refuse', why: 'already_subscribed', id: active.id };
  // An unpaid subscription to another plan would be a second one if it were paid later.
  return { do: 'make', instead: rivals.map(({ id }) => id) };
}

function isSame({ fingerprint, items }: OpenSubscription, wanted: RequestedSubscription): boolean {
  if (fingerprint !== undefined) return fingerprint === wanted.fingerprint;
  return wanted.plain && textOf(items) === textOf(wanted.items);
}

function textOf(items: readonly WantedItem[]): string {
  return JSON.stringify(items.map(({ price, quantity = 1 }) => `${price} ${quantity}`).sort());
}

/** The fields of a subscription's metadata that say which request created it. */
export const FINGERPRINT_METADATA = 'lockstep_fingerprint';
export const REQUEST_METADATA = 'lockstep_request';

/** The fields of a subscription's item that are read here. */
export type StripeItem = Pick<Stripe.SubscriptionItem, 'id' | 'quantity'> & {
  price: { id: string; product: string | { id: string } };
};

export function productsOf(subscription: Stripe.Subscription): string[] {
  return subscription.items.data.map(({ price }) => idOf(price.product));
}

export function openSubscriptionOf(
  subscription: Stripe.Subscription,
  groups: ReadonlyMap<string, string>,
): OpenSubscription {
  const { id, status, items, metadata } = subscription;
  return {
    id,
    open: status === 'incomplete' ? 'incomplete' : subscription.pending_setup_intent ? 'setup' : false,
    groups: productsOf(subscription).map((product) => groups.get(product) as string),
    fingerprint: metadata[FINGERPRINT_METADATA],
    request: metadata[REQUEST_METADATA],
    items: items.data.map(({ price, quantity }) => ({ price: price.id, quantity })),
  };
}
