import { invalid, notBuilt } from '../../api/problem.js';
import type { PriceRow } from '../price/row.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { after, periodAfter } from './period.js';

/**
 * A first period that ends at a given moment, and from there on whole ones
 * (https://docs.stripe.com/billing/subscriptions/billing-cycle).
 * @throws Problem for an anchor that is over, or later than a whole first period would end
 */
export function checkAnchor(
  unit: Unit,
  sent: { billing_cycle_anchor?: number | undefined },
  prices: readonly PriceRow[],
  trialEnd: number | undefined,
): void {
  const anchor = sent.billing_cycle_anchor;
  if (anchor === undefined) return;
  if (trialEnd !== undefined) throw notBuilt("the parameter 'billing_cycle_anchor' with a trial");
  if (anchor <= unit.now) {
    throw invalid('billing_cycle_anchor must be in the future.', 'billing_cycle_anchor');
  }
  const latest = Math.min(...prices.map((price) => after(unit.now, ...rhythm(price))));
  if (anchor > latest) {
    throw invalid(
      `billing_cycle_anchor cannot be later than next natural billing date (${latest}) for plan`,
      'billing_cycle_anchor',
    );
  }
}

/** How much of a whole period's price the item's current period costs: 1, or less for a first or last one that is cut short. */
export function shareOf(subscription: SubscriptionRow, item: SubscriptionItemRow, price: PriceRow | null): number {
  const isFree = subscription.hidden.first === 'free' && item.current_period_start === subscription.created;
  return isFree ? 0 : lengthOf(subscription, item, price);
}

/** How much of a whole period the item's current one is. */
export function lengthOf(subscription: SubscriptionRow, item: SubscriptionItemRow, price: PriceRow | null): number {
  const { current_period_start: start, current_period_end: end } = item;
  if (price === null) return 1;
  const [interval, count] = rhythm(price);
  if (subscription.hidden.first !== undefined && start === subscription.created) {
    return Math.min(1, (end - start) / (end - after(end, interval, -count)));
  }
  if (end !== subscription.cancel_at) return 1;
  return Math.min(1, (end - start) / (periodAfter(subscription.billing_cycle_anchor, interval, count, start) - start));
}

const rhythm = ({ recurring }: PriceRow): [interval: string, count: number] => [
  recurring?.interval ?? 'month',
  recurring?.interval_count ?? 1,
];
