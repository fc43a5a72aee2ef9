import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { planView } from '../plan/view.js';
import type { SubscriptionItemRow } from './row.js';

/** Items show the price and the plan as they are now. */
export function itemView({ hidden, ...row }: SubscriptionItemRow, unit: Unit): Json {
  const price = unit.find('price', row.price) ?? hidden.lastPrice;
  if (price === undefined) throw new Error(`the price ${row.price} of ${row.id} is gone`);
  return { ...row, plan: planView(price), price: unit.view('price', price) };
}
