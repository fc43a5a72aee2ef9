import { Problem } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { PaymentIntentRow } from './row.js';

type Action = 'cancel' | 'capture' | 'confirm' | 'update';

const STATUSES: Readonly<Record<Action, string>> = {
  cancel: 'requires_payment_method, requires_capture, requires_confirmation, requires_action, processing',
  capture: 'requires_capture',
  confirm: 'requires_payment_method, requires_confirmation, requires_action',
  update: 'requires_payment_method, requires_confirmation, requires_action',
};

/**
 * The status of an intent does not allow an action. The error carries the intent, so that a client can go on from there. The
 * messages are those of recorded answers (stripe/stripe-php#818, grandnode/grandnode#985).
 * @param field what an update would have changed
 */
export function unexpectedState(unit: Unit, intent: PaymentIntentRow, action: Action, field = 'amount'): Problem {
  return new Problem(400, sentence(intent.status, action, field), {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    payment_intent: unit.view('payment_intent', intent),
  });
}

function sentence(status: string, action: Action, field: string): string {
  const because = `because it has a status of ${status}.`;
  const only = `Only a PaymentIntent with one of the following statuses may be`;
  switch (action) {
    case 'cancel':
      return `You cannot cancel this PaymentIntent ${because} ${only} canceled: ${STATUSES.cancel}.`;
    case 'capture':
      return status === 'succeeded'
        ? 'This PaymentIntent could not be captured because it has already been captured.'
        : `This PaymentIntent could not be captured ${because} ${only} captured: ${STATUSES.capture}.`;
    case 'confirm':
      return status === 'succeeded'
        ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
        : `You cannot confirm this PaymentIntent ${because} ${only} confirmed: ${STATUSES.confirm}.`;
    case 'update':
      return `This PaymentIntent's ${field} could not be updated ${because} You may only update the ${field} of a PaymentIntent with one of the following statuses: ${STATUSES.update}.`;
    default:
      return action satisfies never;
  }
}

/** The intent cannot be confirmed yet. */
export function noMethod(unit: Unit, intent: PaymentIntentRow): Problem {
  return new Problem(
    400,
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      payment_intent: unit.view('payment_intent', intent),
    },
  );
}
