import type { Unit } from '../../state/unit.js';
import { priceIn } from '../price/currency-options.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';

/** What an item costs, in its subscription's currency; the last price if its plan was deleted. */
export function priceOfItem(unit: Unit, item: SubscriptionItemRow): PriceRow | undefined {
  const price = unit.find('price', item.price) ?? item.hidden.lastPrice;
  const currency = unit.find('subscription', item.subscription)?.currency;
  return price === undefined || currency === undefined ? price : (priceIn(price, currency) ?? price);
}
