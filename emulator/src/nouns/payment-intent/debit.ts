import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { pendingCharge, settleCharge } from '../charge/create.js';
import type { PaymentOutcome } from './outcome.js';
import { debitFailed, paymentDone } from './outcome.js';
import { debitEnd } from '../payment-method/sepa.js';

/** A debit takes time: `payment_intent.processing`, and afterwards how the bank account's test number says it ends. */
export function processPayment(unit: Unit, id: string, method: PaymentMethodRow): PaymentOutcome {
  const charge = pendingCharge(unit, unit.need('payment_intent', id), method);
  unit.update('payment_intent', id, { status: 'processing', latest_charge: charge.id, next_action: null }, []);
  unit.emit('payment_intent.processing', 'payment_intent', id);
  const end = debitEnd(method.hidden.card);
  if (end !== 'stays') unit.later((after) => settle(after, id, end === 'succeeds'));
  return { is: 'processing' };
}

function settle(unit: Unit, id: string, succeeded: boolean): void {
  const intent = unit.need('payment_intent', id);
  if (intent.status !== 'processing') return;
  const charge = settleCharge(unit, idOf(intent.latest_charge) ?? '', succeeded);
  if (succeeded) paymentDone(unit, id, charge);
  else debitFailed(unit, id, charge);
}
