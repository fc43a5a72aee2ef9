import { notBuilt } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { usageOf } from '../meter-event/usage.js';
import { amountOf } from '../price/amount.js';
import { isMetered } from '../price/metered.js';
import type { SubscriptionItemRow } from '../subscription-item/row.js';
import { draftForSubscription, renewalPatch } from './bill.js';
import { priceOfItem } from './item-price.js';
import { after } from './period.js';
import type { SubscriptionRow } from './row.js';

/** A new period for all items would prorate what is billed ahead; Stripe's documentation does not say how. */
export function checkThresholds(unit: Unit, id: string): void {
  const { billing_thresholds: thresholds } = unit.need('subscription', id);
  if (thresholds?.reset_billing_cycle_anchor !== true) return;
  if (itemsOf(unit, id).every((item) => isMetered(priceOfItem(unit, item)))) return;
  throw notBuilt("the parameter 'billing_thresholds[reset_billing_cycle_anchor]' with items that are not metered");
}

/**
 * Notes what a report of usage made due: the invoice follows a second later, so that the report is part of it. Counted is
 * the usage of the current period (`billing_thresholds` of https://docs.stripe.com/api/subscriptions/object).
 */
export function noteThresholds(unit: Unit, customer: string, now: number): void {
  for (const row of unit.all('subscription', 'customer', customer)) {
    if (row.status !== 'active' || row.hidden.threshold !== undefined) continue;
    if (!isReached(unit, row, now + 1)) continue;
    unit.update('subscription', row.id, { hidden: { ...row.hidden, threshold: now + 1 } }, []);
  }
}

function isReached(unit: Unit, row: SubscriptionRow, until: number): boolean {
  const items = meteredOf(unit, row.id).map((item) => {
    const price = priceOfItem(unit, item);
    const meter = price?.recurring?.meter ?? '';
    const period = { from: item.current_period_start, to: until };
    const used = usageOf(unit, meter, idOf(row.customer) ?? '', period) ?? 0;
    return { item, used, amount: price === undefined ? 0 : amountOf(price, used) };
  });
  const least = row.billing_thresholds?.amount_gte ?? Infinity;
  return (
    items.some(({ item, used }) => used >= (item.billing_thresholds?.usage_gte ?? Infinity)) ||
    items.reduce((sum, { amount }) => sum + amount, 0) >= least
  );
}

/** Bills the usage so far; the metered items go into a period that begins now, which ends as before unless it is reset. */
export function billThreshold(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  const hidden = { ...row.hidden };
  delete hidden.threshold;
  const resets = row.billing_thresholds?.reset_billing_cycle_anchor === true;
  unit.around('subscription', id, () => {
    unit.update('subscription', id, { hidden, ...(resets ? { billing_cycle_anchor: unit.now } : {}) }, []);
    for (const item of meteredOf(unit, id)) {
      const { interval = 'month', interval_count = 1 } = priceOfItem(unit, item)?.recurring ?? {};
      unit.update('subscription_item', item.id, {
        current_period_start: unit.now,
        current_period_end: resets ? after(unit.now, interval, interval_count) : item.current_period_end,
        hidden: { ...item.hidden, previousStart: item.current_period_start },
      });
    }
    const draft = draftForSubscription(unit, row, {
      reason: 'subscription_threshold',
      items: meteredOf(unit, id),
      patch: renewalPatch(unit, row),
    });
    unit.update('subscription', id, { latest_invoice: draft.id }, []);
  });
}

const itemsOf = (unit: Unit, id: string): SubscriptionItemRow[] => unit.all('subscription_item', 'subscription', id);

const meteredOf = (unit: Unit, id: string): SubscriptionItemRow[] =>
  itemsOf(unit, id).filter((item) => isMetered(priceOfItem(unit, item)));
