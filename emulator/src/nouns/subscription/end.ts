import type Stripe from 'stripe';
import type { SubscriptionRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { voidInvoice } from '../invoice/status.js';

const ENDED: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired']);

export const hasEnded = (subscription: SubscriptionRow): boolean => ENDED.has(subscription.status);

/** Ends a subscription now: `customer.subscription.deleted`. Does nothing if it has ended already. */
export function endSubscription(
  unit: Unit,
  id: string,
  details: Partial<Stripe.Subscription.CancellationDetails> = {},
  reason: 'cancellation_requested' | 'payment_failed' | null = 'cancellation_requested',
): SubscriptionRow {
  const row = unit.need('subscription', id);
  if (hasEnded(row)) return row;
  // An end that was planned for later is not what happens.
  const planned = row.cancel_at !== null && row.cancel_at <= unit.now;
  const invoice = unit.find('invoice', idOf(row.latest_invoice));
  // The first invoice of a subscription that never began cannot be paid any more.
  if (row.status === 'incomplete' && invoice?.status === 'open') voidInvoice(unit, invoice.id);
  unit.update(
    'subscription',
    id,
    {
      status: 'canceled',
      ...(planned
        ? { canceled_at: row.canceled_at ?? unit.now }
        : { canceled_at: unit.now, cancel_at: null, cancel_at_period_end: false }),
      ended_at: unit.now,
      pending_setup_intent: null,
      pending_update: null,
      cancellation_details: {
        comment: details.comment ?? row.cancellation_details?.comment ?? null,
        feedback: details.feedback ?? row.cancellation_details?.feedback ?? null,
        feedback_option: null,
        reason: reason ?? row.cancellation_details?.reason ?? null,
      },
    },
    [],
  );
  unit.emit('customer.subscription.deleted', 'subscription', id);
  return unit.need('subscription', id);
}
