import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { periodAfter } from './period.js';
import { draftForSubscription, renewalPatch } from './bill.js';

/**
 * A period ends and the next begins: the draft for it (`invoice.created`), which is finalized an hour later, and
 * `customer.subscription.updated`.
 */
export function renew(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  unit.around('subscription', id, () => {
    const due = unit.all('subscription_item', 'subscription', id).filter((item) => item.current_period_end <= unit.now);
    for (const item of due) renewItem(unit, item, row);
    const renewed = due.map((item) => unit.need('subscription_item', item.id));
    const patch = renewalPatch(unit, row);
    const draft = draftForSubscription(unit, row, { reason: 'subscription_cycle', items: renewed, patch });
    unit.update('subscription', id, { latest_invoice: draft.id }, []);
  });
}

/** An item goes into its next period, which the subscription's end cuts short. */
export function renewItem(unit: Unit, item: SubscriptionItemRow, row: SubscriptionRow): void {
  const { interval = 'month', interval_count = 1 } =
    (unit.find('price', item.price) ?? item.hidden.lastPrice)?.recurring ?? {};
  const start = item.current_period_end;
  unit.update('subscription_item', item.id, {
    current_period_start: start,
    hidden: { ...item.hidden, previousStart: item.current_period_start },
    current_period_end: Math.min(
      periodAfter(row.billing_cycle_anchor, interval, interval_count, start),
      row.cancel_at !== null && row.cancel_at > start ? row.cancel_at : Infinity,
    ),
  });
}
