import { integer, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given } from '../../api/standard.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import type { ItemSent } from './items.js';
import type { SubscriptionRow } from './row.js';

export const QUANTITY_MAX = 1_000_000_000;

/**
 * How a subscription with one item was written and read before there were several. The SDK no longer has these names, but
 * Stripe still takes and answers them in every version.
 */
export const singleItemParams = { plan: text(), quantity: integer(0, QUANTITY_MAX) };

interface Sent {
  items?: ItemSent[];
  plan?: string;
  quantity?: number;
}

/** `plan` and `quantity` of a subscription with one item; null with several. */
export function singleItem(items: readonly Json[]): Json {
  const [only, ...more] = items;
  if (only === undefined || more.length > 0) return { plan: null, quantity: null };
  return { plan: only.plan ?? null, quantity: only.quantity ?? null };
}

/** The items of a new subscription, however they were sent. */
export function newItems(sent: Sent): readonly ItemSent[] {
  const single = sentSingle(sent);
  return single === undefined ? (sent.items ?? []) : [single];
}

/** The changed items of a subscription, however they were sent; undefined if none was. */
export function changedItems(unit: Unit, row: SubscriptionRow, sent: Sent): readonly ItemSent[] | undefined {
  const single = sentSingle(sent);
  if (single === undefined) return sent.items;
  const [only, ...more] = unit.all('subscription_item', 'subscription', row.id);
  if (only !== undefined && more.length === 0) return [{ ...single, id: only.id }];
  const name = sent.plan === undefined ? 'quantity' : 'plan';
  throw invalid(`You cannot set \`${name}\` on a subscription with multiple items. Use \`items\` instead.`, name);
}

function sentSingle({ items, plan, quantity }: Sent): ItemSent | undefined {
  if (plan === undefined && quantity === undefined) return undefined;
  if (items === undefined) return given({ plan, quantity });
  const name = plan === undefined ? 'quantity' : 'plan';
  throw invalid(`You may only specify one of these parameters: items, ${name}.`, name);
}
