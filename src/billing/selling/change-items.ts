import type { StripeItem, WantedItem } from './create-decision.js';

/** What a subscription will consist of after a change, and what it loses. A preview and every kind of change start from it. */
export interface NewItems {
  items: readonly NewItem[];
  removed: readonly StripeItem[];
}

/** One item after a change. */
export interface NewItem {
  /** The item that it is today, with this price or another one; undefined: it is added. */
  was: StripeItem | undefined;
  price: string;
  /** undefined: a metered price has none, and of an added item it is one. */
  quantity: number | undefined;
}

/** One entry of `items` of an update at Stripe. */
export type ItemChange =
  | { id: string; price?: string; quantity?: number | undefined }
  | { id: string; deleted: true }
  | { price: string; quantity?: number | undefined };

/**
 * From the items that a subscription has to those that it will have. An item of the same price stays. Of the others, one
 * price takes another's place, so that Stripe prorates between the two; the rest is added or removed. A quantity that the
 * caller does not name stays as it is: a change of the plan keeps the seats.
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

/** The same as changes for Stripe, for what differs. */
export function itemChanges({ items, removed }: NewItems): ItemChange[] {
  const changes = items.flatMap(({ was, price, quantity }): ItemChange[] => {
    const more = quantity === undefined ? {} : { quantity };
    if (was === undefined) return [{ price, ...more }];
    if (was.price.id !== price) return [{ id: was.id, price, ...more }];
    return quantity === was.quantity ? [] : [{ id: was.id, ...more }];
  });
  return [...changes, ...removed.map(({ id }) => ({ id, deleted: true as const }))];
}
