import type Stripe from 'stripe';
import type { SubscriptionRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { voidInvoice } from './invoice-status.js';

const ENDED: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired']);

export const hasEnded = (subscription: SubscriptionRow): boolean => ENDED.has(subscription.status);

/** Ends a subscription now: `customer.subscription.deleted`, with the subscription as it stays. Does nothing twice. */
export function endSubscription(
  unit: Unit,
  id: string,
  details: Partial<Stripe.Subscription.CancellationDetails> = {},
): SubscriptionRow {
  const row = unit.need('subscription', id);
  if (hasEnded(row)) return row;
  const invoice = unit.find('invoice', idOf(row.latest_invoice));
  // Nobody can pay for a beginning that never came.
  if (row.status === 'incomplete' && invoice?.status === 'open') voidInvoice(unit, invoice.id);
  unit.update(
    'subscription',
    id,
    {
      status: 'canceled',
      canceled_at: unit.now,
      ended_at: unit.now,
      pending_setup_intent: null,
      cancellation_details: {
        comment: details.comment ?? null,
        feedback: details.feedback ?? null,
        feedback_option: null,
        reason: 'cancellation_requested',
      },
    },
    [],
  );
  unit.emit('customer.subscription.deleted', 'subscription', id);
  return unit.need('subscription', id);
}
