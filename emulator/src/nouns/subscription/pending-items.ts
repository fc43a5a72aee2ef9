import type { Unit } from '../../state/unit.js';
import { draftForSubscription, pendingItems, renewalPatch } from './bill.js';
import { pendingIntervalOf, type PendingIntervalSent } from './pending-interval.js';

/**
 * Bills what is pending, if anything is, and sets the next time. It is as if the app had created an invoice for the
 * subscription (`pending_invoice_item_interval` of https://docs.stripe.com/api/subscriptions/create).
 */
export function billPending(unit: Unit, id: string): void {
  const row = unit.need('subscription', id);
  unit.around('subscription', id, () => {
    unit.update(
      'subscription',
      id,
      pendingIntervalOf(unit.now, row.pending_invoice_item_interval as PendingIntervalSent),
      [],
    );
    if (pendingItems(unit, row).length === 0) return;
    const draft = draftForSubscription(unit, row, {
      reason: 'automatic_pending_invoice_item_invoice',
      items: [],
      patch: renewalPatch(unit, row),
    });
    unit.update('subscription', id, { latest_invoice: draft.id }, []);
  });
}
