import type { PaymentIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { releaseCharge } from '../charge/create.js';

/** `payment_intent.canceled`; what was authorized and not captured is given back first: `charge.refunded`. */
export function cancelPayment(
  unit: Unit,
  id: string,
  reason: PaymentIntentRow['cancellation_reason'],
): PaymentIntentRow {
  const before = unit.need('payment_intent', id);
  if (before.status === 'requires_capture') releaseCharge(unit, idOf(before.latest_charge) ?? '');
  unit.update(
    'payment_intent',
    id,
    { status: 'canceled', canceled_at: unit.now, cancellation_reason: reason, next_action: null, amount_capturable: 0 },
    [],
  );
  unit.emit('payment_intent.canceled', 'payment_intent', id);
  return unit.need('payment_intent', id);
}
