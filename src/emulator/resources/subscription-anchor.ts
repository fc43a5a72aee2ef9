import { invalid, notBuilt } from '../api/problem.js';
import type { PriceRow, SubscriptionItemRow, SubscriptionRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { after } from './period.js';

/**
 * A first period that ends at a given moment, and from there on whole ones
 * (https://docs.stripe.com/billing/subscriptions/billing-cycle).
 * @throws Problem for an anchor that is over, or later than a whole first period would end
 */
export function checkAnchor(
  unit: Unit,
  sent: { billing_cycle_anchor?: number },
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

/** How much of a whole period's price the item's current period costs: 1, or less for a first one that is cut short. */
export function shareOf(subscription: SubscriptionRow, item: SubscriptionItemRow, price: PriceRow | null): number {
  const { first } = subscription.hidden;
  if (first === undefined || item.current_period_start !== subscription.start_date || price === null) return 1;
  if (first === 'free') return 0;
  const [interval, count] = rhythm(price);
  const whole = item.current_period_end - after(item.current_period_end, interval, -count);
  return Math.min(1, (item.current_period_end - item.current_period_start) / whole);
}

const rhythm = ({ recurring }: PriceRow): [interval: string, count: number] => [
  recurring?.interval ?? 'month',
  recurring?.interval_count ?? 1,
];
