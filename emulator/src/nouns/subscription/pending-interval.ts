import { emptyable, hash, integer, needed, oneOf } from '../../api/params.js';
import { after } from './period.js';
import type { SubscriptionRow } from './row.js';

export const pendingIntervalParam = () =>
  emptyable(hash({ interval: needed(oneOf('day', 'week', 'month', 'year')), interval_count: integer(1, 365) }));

export type PendingIntervalSent = ReturnType<ReturnType<typeof pendingIntervalParam>['read']>;
type Shown = Pick<SubscriptionRow, 'pending_invoice_item_interval' | 'next_pending_invoice_item_invoice'>;

/** As a subscription shows it, and when the first such invoice is due. */
export function pendingIntervalOf(now: number, sent: PendingIntervalSent | undefined): Shown {
  if (sent === undefined || sent === null) {
    return { pending_invoice_item_interval: null, next_pending_invoice_item_invoice: null };
  }
  const { interval, interval_count = 1 } = sent;
  return {
    pending_invoice_item_interval: { interval, interval_count },
    next_pending_invoice_item_invoice: after(now, interval, interval_count),
  };
}
