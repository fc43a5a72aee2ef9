import type Stripe from 'stripe';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { makeCharge } from '../charge/create.js';
import type { Decline } from '../payment-method/attach.js';
import { DEBIT_DECLINED } from '../payment-method/sepa.js';
import type { PayerRefusal } from './row.js';

/** How trying to pay ended. */
export type PaymentOutcome =
  | { is: 'succeeded' }
  | { is: 'processing' }
  | { is: 'requires_action' }
  | { is: 'declined'; decline: Decline; charge: string | null };

/** The money is there: `payment_intent.succeeded`. */
export function paymentDone(unit: Unit, id: string, charge: Stripe.Charge): void {
  const row = unit.update(
    'payment_intent',
    id,
    {
      status: 'succeeded',
      amount_received: charge.amount_captured,
      amount_capturable: 0,
      latest_charge: charge.id,
      next_action: null,
      last_payment_error: null,
    },
    [],
  );
  unit.emit('payment_intent.succeeded', 'payment_intent', id);
  unit.react('payment.succeeded', { payment: row });
}

/** A debit that was processed came back. */
export function debitFailed(unit: Unit, id: string, charge: Stripe.Charge): void {
  const intent = unit.need('payment_intent', id);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  recordFailure(unit, id, charge.id, failureOf(unit, method, DEBIT_DECLINED, charge.id));
  unit.react('payment.returned', { payment: unit.need('payment_intent', id) });
}

function failureOf(
  unit: Unit,
  method: PaymentMethodRow,
  decline: Decline,
  charge: string,
): Stripe.PaymentIntent.LastPaymentError {
  return {
    charge,
    code: decline.code,
    decline_code: decline.decline_code,
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    payment_method: unit.view('payment_method', method) as unknown as Stripe.PaymentMethod,
    type: 'card_error',
  };
}

/** The bank said no: the intent waits for another payment method, and remembers why. */
export function failPayment(unit: Unit, id: string, method: PaymentMethodRow, decline: Decline): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  const charge = makeCharge(unit, intent, method, decline);
  recordFailure(unit, id, charge.id, failureOf(unit, method, decline, charge.id));
  return { is: 'declined', decline, charge: charge.id };
}

/** The customer failed the challenge: no charge was ever tried. */
export function failChallenge(unit: Unit, id: string): void {
  const intent = unit.need('payment_intent', id);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  recordFailure(unit, id, null, {
    code: 'payment_intent_authentication_failure',
    doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    payment_method: unit.view('payment_method', method) as unknown as Stripe.PaymentMethod,
    type: 'invalid_request_error',
  });
}

/** The payer of a local method did not pay, and no charge was tried. A session that waited for the money reports it. */
export function failPayer(unit: Unit, id: string, { code, message }: PayerRefusal): void {
  const method = unit.need('payment_method', idOf(unit.need('payment_intent', id).payment_method) ?? '');
  recordFailure(unit, id, null, {
    code,
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    message,
    payment_method: unit.view('payment_method', method) as unknown as Stripe.PaymentMethod,
    type: 'invalid_request_error',
  });
  unit.react('payment.returned', { payment: unit.need('payment_intent', id) });
}

function recordFailure(
  unit: Unit,
  id: string,
  charge: string | null,
  error: Stripe.PaymentIntent.LastPaymentError,
): void {
  const row = unit.update(
    'payment_intent',
    id,
    {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      last_payment_error: error,
      ...(charge === null ? {} : { latest_charge: charge }),
    },
    [],
  );
  unit.emit('payment_intent.payment_failed', 'payment_intent', id);
  unit.react('payment.failed', { payment: row });
}
