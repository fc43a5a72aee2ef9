import type { PaymentIntentRow } from '../state/rows.js';
import type { Unit } from '../state/unit.js';

/** `payment_intent.canceled`. */
export function cancelPayment(
  unit: Unit,
  id: string,
  reason: PaymentIntentRow['cancellation_reason'],
): PaymentIntentRow {
  unit.update(
    'payment_intent',
    id,
    { status: 'canceled', canceled_at: unit.now, cancellation_reason: reason, next_action: null, amount_capturable: 0 },
    [],
  );
  unit.emit('payment_intent.canceled', 'payment_intent', id);
  return unit.need('payment_intent', id);
}
