import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { pendingCharge, settleCharge } from '../charge/create.js';
import { mandateFor } from '../mandate/create.js';
import type { PaymentOutcome } from './outcome.js';
import { debitFailed, paymentDone } from './outcome.js';
import { debitEnd, debitSeconds } from '../payment-method/sepa.js';
import { keepMethod } from './complete.js';
import { futureUsage } from './future-usage.js';

/** A debit takes time: `payment_intent.processing`, and afterwards how the bank account's test number says it ends. */
export function processPayment(unit: Unit, id: string, method: PaymentMethodRow): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  const once = method.customer === null && futureUsage(intent, method.type) === null;
  const { amount, currency, payment_method_options: options } = intent;
  const mandated = mandateFor(unit, method.id, { options, ...(once ? { once: { amount, currency } } : {}) });
  const charge = pendingCharge(unit, intent, mandated);
  const seconds = debitSeconds(method.hidden.card);
  const clock = idOf(unit.find('customer', idOf(intent.customer))?.test_clock);
  const payer = seconds === 0 ? null : { at: unit.now + seconds, clock, refusal: null };
  unit.update(
    'payment_intent',
    id,
    {
      status: 'processing',
      latest_charge: charge.id,
      next_action: null,
      hidden: { ...intent.hidden, payer },
    },
    [],
  );
  unit.emit('payment_intent.processing', 'payment_intent', id);
  if (debitEnd(method.hidden.card) !== 'stays' && seconds === 0) unit.later((after) => endDebit(after, id));
  return { is: 'processing' };
}

/** The bank answers. A method that the payment was to save is saved once it has paid. */
export function endDebit(unit: Unit, id: string): void {
  const intent = unit.need('payment_intent', id);
  if (intent.status !== 'processing') return;
  const method = unit.find('payment_method', idOf(intent.payment_method));
  const succeeded = method === undefined || debitEnd(method.hidden.card) === 'succeeds';
  const charge = settleCharge(unit, idOf(intent.latest_charge) ?? '', succeeded);
  if (!succeeded) return debitFailed(unit, id, charge);
  if (method !== undefined) keepMethod(unit, intent, method);
  paymentDone(unit, id, charge);
}
