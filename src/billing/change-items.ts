import type { StripeItem, WantedItem } from './standing.js';

/** One entry of `items` of an update at Stripe. */
export type ItemChange =
  | { id: string; price?: string; quantity?: number | undefined }
  | { id: string; deleted: true }
  | { price: string; quantity?: number | undefined };

/**
 * From the items a subscription has to those it shall have. An item of the same price stays, with its quantity; of the others,
 * one price takes another's place, so that Stripe prorates between the two; the rest is added or removed.
 */
export function itemChanges(present: readonly StripeItem[], wanted: readonly WantedItem[]): ItemChange[] {
  const changes: ItemChange[] = [];
  const free = [...present];
  const left: WantedItem[] = [];
  for (const item of wanted) {
    const at = free.findIndex(({ price }) => price.id === item.price);
    const same = at < 0 ? undefined : free.splice(at, 1)[0];
    if (same === undefined) left.push(item);
    else if (item.quantity !== undefined && item.quantity !== same.quantity)
      changes.push({ id: same.id, quantity: item.quantity });
  }
  for (const item of left) {
    const replaced = free.shift();
    changes.push(replaced === undefined ? { ...item } : { id: replaced.id, ...item });
  }
  return [...changes, ...free.map(({ id }) => ({ id, deleted: true as const }))];
}
