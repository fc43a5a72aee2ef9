import type { SubscriptionItemRow } from '../subscription-item/row.js';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { declineProblem } from '../payment-method/attach.js';
import { collectInvoice } from '../invoice/status.js';
import { billSubscription } from './bill.js';
import { checkCanWait, waitForPayment } from './pending-update.js';
import { hasNewPeriod, prorate } from './proration.js';

export interface RebillSent {
  proration_behavior?: 'always_invoice' | 'create_prorations' | 'none';
  proration_date?: number;
  payment_behavior?: string;
  off_session?: boolean;
}

export const BILLED: ReadonlySet<string> = new Set(['active', 'past_due', 'unpaid']);

/** Work that changes a subscription's items, with the prorations and the invoice that follow from it. */
export function rebill(unit: Unit, row: SubscriptionRow, sent: RebillSent, work: () => void): void {
  const before = unit.all('subscription_item', 'subscription', row.id);
  work();
  anchorNewPeriods(unit, row.id, before);
  if (!BILLED.has(row.status)) return;
  const behavior = sent.proration_behavior ?? 'create_prorations';
  const { made, renewed } =
    behavior === 'none'
      ? { made: 0, renewed: restarted(unit, row.id, before) }
      : prorate(unit, row, before, sent.proration_date ?? unit.now);
  if (renewed.length === 0 && !(behavior === 'always_invoice' && made > 0)) return;
  const invoice = billSubscription(unit, row, 'subscription_update', renewed);
  unit.update('subscription', row.id, { latest_invoice: invoice.id }, []);
  if (invoice.status === 'paid' || invoice.collection_method === 'send_invoice') return;
  if (sent.payment_behavior === 'pending_if_incomplete') return;
  const outcome = collectInvoice(unit, invoice.id, { offSession: sent.off_session });
  if (outcome?.is === 'succeeded') return;
  if (sent.payment_behavior === 'error_if_incomplete' && outcome?.is === 'declined')
    throw declineProblem(outcome.decline);
  unit.update('subscription', row.id, { status: 'past_due' }, []);
}

/** `rebill`, with the one event of the change. A change that waits for its payment is made when it is paid. */
export function rebillAround(unit: Unit, row: SubscriptionRow, sent: RebillSent, work: () => void): void {
  const change = (): void => rebill(unit, row, sent, work);
  if (sent.payment_behavior === 'pending_if_incomplete') {
    checkCanWait(row, {});
    waitForPayment(unit, row.id, sent, change);
  } else unit.around('subscription', row.id, change);
}

/** If every item has begun a new period, for example because the interval changed, the billing cycle begins with it. */
function anchorNewPeriods(unit: Unit, id: string, before: readonly SubscriptionItemRow[]): void {
  const items = unit.all('subscription_item', 'subscription', id);
  if (items.length === 0 || restarted(unit, id, before).length < items.length) return;
  unit.update('subscription', id, { billing_cycle_anchor: unit.now }, []);
}

function restarted(unit: Unit, id: string, before: readonly SubscriptionItemRow[]): SubscriptionItemRow[] {
  return unit.all('subscription_item', 'subscription', id).filter((item) => {
    const old = before.find((one) => one.id === item.id);
    return item.current_period_start === unit.now && (old === undefined || hasNewPeriod(item, old));
  });
}
