import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { makeCharge } from '../charge/create.js';
import { disputeAsTested } from '../dispute/operations.js';
import { attach } from '../payment-method/attach.js';
import { generateDebit } from '../payment-method/generated.js';
import { localMethod } from '../payment-method/local.js';
import { futureUsage } from './future-usage.js';
import type { PaymentOutcome } from './outcome.js';
import { paymentDone } from './outcome.js';
import type { PaymentIntentRow } from './row.js';

/** Money moves: the intent's payment method pays. */
export function completePayment(unit: Unit, id: string): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  keepMethod(unit, intent, method);
  const charge = makeCharge(unit, intent, unit.need('payment_method', method.id));
  if (intent.capture_method === 'manual') {
    unit.update(
      'payment_intent',
      id,
      {
        status: 'requires_capture',
        amount_capturable: intent.amount,
        latest_charge: charge.id,
        next_action: null,
        last_payment_error: null,
      },
      [],
    );
    unit.emit('payment_intent.amount_capturable_updated', 'payment_intent', id);
    return { is: 'succeeded' };
  }
  paymentDone(unit, id, charge);
  disputeAsTested(unit, charge.id);
  return { is: 'succeeded' };
}

/** After a payment the method is saved if that was asked for, else used up when it is nobody's. */
export function keepMethod(unit: Unit, intent: PaymentIntentRow, method: PaymentMethodRow): void {
  const customer = idOf(intent.customer);
  const saved = futureUsage(intent, method.type) === null ? null : customer;
  const generates = localMethod(method.type)?.saves === 'sepa_debit';
  if (saved !== null && !generates) {
    attach(unit, method.id, saved, 'payment_method');
    markAuthenticated(unit, method.id);
    return;
  }
  if (saved !== null) generateDebit(unit, method.id, saved);
  const { customer: owner, hidden } = unit.need('payment_method', method.id);
  if (owner === null) unit.update('payment_method', method.id, { hidden: { ...hidden, spent: true } }, []);
}

export function markAuthenticated(unit: Unit, id: string): void {
  const method = unit.need('payment_method', id);
  unit.update('payment_method', id, { hidden: { ...method.hidden, authenticated: true } }, []);
}
