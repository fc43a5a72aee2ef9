import type Stripe from 'stripe';
import { idOf } from '../../stripe/id-of.js';

/** A subscription of the customer that has not ended, as far as making another one depends on it. */
export interface OpenSubscription {
  id: string;
  /** Not paid yet, or its payment method not yet given: the page it was made for may still be open. */
  open: 'incomplete' | 'setup' | false;
  groups: readonly string[];
  /** What was asked for when we made it; undefined: it was made elsewhere. */
  fingerprint: string | undefined;
  /** The hash of the idempotency key that it was requested with. */
  request: string | undefined;
  items: readonly WantedItem[];
}

/** A price, and how many. */
export interface WantedItem {
  /** A price's id or lookup key. */
  price: string;
  /** A whole number, 0 to 1,000,000. Default: one; of a metered price it is left out. */
  quantity?: number | undefined;
}

export interface RequestedSubscription {
  groups: readonly string[];
  fingerprint: string;
  request: string | undefined;
  items: readonly WantedItem[];
  /** Nothing but items was asked for, so that an open one made elsewhere is as good. */
  plain: boolean;
  several: boolean;
}

export type CreateDecision =
  | { do: 'make'; instead: readonly string[] }
  | { do: 'reuse'; id: string }
  | { do: 'refuse'; why: 'already_subscribed' | 'idempotency_conflict'; id: string };

/** Whether a subscription is made, an open one is taken up again, or the user has one already in such a group. */
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
  // Left unpaid for another plan: paid later, it would be a second subscription.
  return { do: 'make', instead: rivals.map(({ id }) => id) };
}

function isSame({ fingerprint, items }: OpenSubscription, wanted: RequestedSubscription): boolean {
  if (fingerprint !== undefined) return fingerprint === wanted.fingerprint;
  return wanted.plain && textOf(items) === textOf(wanted.items);
}

function textOf(items: readonly WantedItem[]): string {
  return JSON.stringify(items.map(({ price, quantity = 1 }) => `${price} ${quantity}`).sort());
}

/** The fields of a subscription's metadata that say what it was made for. */
export const FINGERPRINT_METADATA = 'lockstep_fingerprint';
export const REQUEST_METADATA = 'lockstep_request';

/** An item of a subscription as Stripe has it, as far as we read it. */
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
