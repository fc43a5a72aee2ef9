import type { StripeItem, WantedItem } from './create-decision.js';

/** The items of a subscription after a change, and those it loses. A preview and every kind of change use it. */
export interface NewItems {
  items: readonly NewItem[];
  removed: readonly StripeItem[];
}

/** One item after a change. */
export interface NewItem {
  /** The current item, with this price or another one. Undefined if the item is added. */
  was: StripeItem | undefined;
  price: string;
  /** Undefined for a metered price, which has none, and for an added item, where it means one. */
  quantity: number | undefined;
}

/** One entry of `items` of an update at Stripe. */
export type ItemChange =
  | { id: string; price?: string; quantity?: number | undefined }
  | { id: string; deleted: true }
  | { price: string; quantity?: number | undefined };

/**
 * Computes the items after a change. An item with the same price stays. Among the others, a new price takes the place
 * of an old one, so that Stripe prorates between the two. The rest is added or removed. Without a quantity from the
 * caller, the current one stays: a change of the plan keeps the seats.
 * @param metered the prices that are billed by usage and have no quantity
 */
export function newItems(
  present: readonly StripeItem[],
  wanted: readonly WantedItem[],
  metered: ReadonlySet<string> = new Set(),
): NewItems {
  const free = [...present];
  const take = (at: number): StripeItem | undefined => (at < 0 ? undefined : free.splice(at, 1)[0]);
  const same = wanted.map((item) => take(free.findIndex(({ price }) => price.id === item.price)));
  const items = wanted.map(({ price, quantity }, index) => {
    const was = same[index] ?? take(free.length === 0 ? -1 : 0);
    return { was, price, quantity: quantity ?? (metered.has(price) ? undefined : was?.quantity) };
  });
  return { items, removed: free };
}

/** The parameter `items` for Stripe, with only the items that change. */
export function itemChanges({ items, removed }: NewItems): ItemChange[] {
  const changes = items.flatMap(({ was, price, quantity }): ItemChange[] => {
    const more = quantity === undefined ? {} : { quantity };
    if (was === undefined) return [{ price, ...more }];
    if (was.price.id !== price) return [{ id: was.id, price, ...more }];
    return quantity === was.quantity ? [] : [{ id: was.id, ...more }];
  });
  return [...changes, ...removed.map(({ id }) => ({ id, deleted: true as const }))];
}
