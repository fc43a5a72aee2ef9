import { Problem, invalid } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';
import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { declineProblem } from '../payment-method/attach.js';
import { collectInvoice, defaultMethod } from './status.js';

/** Pays an open invoice at once. @throws Problem 402 for a decline or a challenge, 400 without a payment method. */
export function payNow(
  unit: Unit,
  row: InvoiceRow,
  attempt: { paymentMethod?: string | undefined; offSession?: boolean | undefined },
): Json {
  if (attempt.paymentMethod === undefined && defaultMethod(unit, row) === undefined) throw noPaymentMethod();
  const outcome = collectInvoice(unit, row.id, attempt);
  const intent =
    row.hidden.payment_intent === null ? undefined : unit.show('payment_intent', row.hidden.payment_intent);
  if (outcome?.is === 'declined') throw declineProblem(outcome.decline, { payment_intent: intent }, true);
  if (outcome?.is === 'requires_action') {
    throw new Problem(
      402,
      'This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with this invoice.',
      { type: 'card_error', code: 'invoice_payment_intent_requires_action', payment_intent: intent },
      true,
    );
  }
  return unit.show('invoice', row.id);
}

export function noPaymentMethod(): Problem {
  return invalid(
    'This customer has no attached payment source or default payment method. Please consider adding a default payment method. ' +
      'For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
    undefined,
    'resource_missing',
  );
}
