import { invalid } from '../../api/problem.js';
import type { PaymentIntentRow } from './row.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Decline } from '../payment-method/attach.js';
import { paymentMethodOf, spent } from '../payment-method/attach.js';
import { testCard } from '../payment-method/card.js';
import { localMethod } from '../payment-method/local.js';
import { checkTypes } from '../payment-method/types.js';
import { completePayment } from './complete.js';
import { processPayment } from './debit.js';
import { nextAction } from './next-action.js';
import { askPayer } from './payer.js';
import { noMethod, unexpectedState } from './unexpected-state.js';
import type { Attempt } from './attempt-options.js';
import type { PaymentOutcome } from './outcome.js';
import { failPayment } from './outcome.js';

const CONFIRMABLE: ReadonlySet<string> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]);
const CHALLENGE_UNANSWERED: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Tries to pay: the charge and the events. What follows from the outcome is in `reactions.ts`. */
export function attemptPayment(unit: Unit, id: string, attempt: Attempt): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  if (!CONFIRMABLE.has(intent.status)) throw unexpectedState(unit, intent, 'confirm');
  const method = methodFor(unit, intent, attempt.paymentMethod);
  const begun = { payment_method: method.id, last_payment_error: null, next_action: null };
  unit.update('payment_intent', id, { ...begun, hidden: { ...intent.hidden, payer: null } }, []);
  if (method.type === 'sepa_debit') return processPayment(unit, id, method);
  if (localMethod(method.type) !== undefined) return askPayer(unit, id, method, attempt);
  const { challenge, decline } = testCard(method.hidden.card);
  const asks =
    challenge === 'always' ||
    (challenge === 'once' && !method.hidden.authenticated) ||
    (challenge === 'present' && attempt.offSession !== true);
  if (asks) {
    if (attempt.offSession === true || attempt.errorOnAction === true)
      return failPayment(unit, id, method, CHALLENGE_UNANSWERED);
    return askChallenge(unit, id, attempt);
  }
  return decline === undefined ? completePayment(unit, id) : failPayment(unit, id, method, decline);
}

function askChallenge(unit: Unit, id: string, attempt: Attempt): PaymentOutcome {
  const { client_secret: secret } = unit.need('payment_intent', id);
  const row = unit.update(
    'payment_intent',
    id,
    { status: 'requires_action', next_action: nextAction(unit, secret, attempt) },
    [],
  );
  unit.emit('payment_intent.requires_action', 'payment_intent', id);
  unit.react('payment.action_required', { payment: row });
  return { is: 'requires_action' };
}

function methodFor(unit: Unit, intent: PaymentIntentRow, given: string | undefined): PaymentMethodRow {
  const id = given ?? idOf(intent.payment_method);
  if (id === null) throw noMethod(unit, intent);
  const method = paymentMethodOf(unit, id, 'payment_method');
  checkOwner(method, idOf(intent.customer));
  checkTypes([method.type], intent.currency, 'payment_method');
  return method;
}

/** @throws Problem when the method is another customer's, or was used up. */
export function checkOwner(method: PaymentMethodRow, customer: string | null): void {
  if (method.hidden.spent) throw spent();
  if (method.customer === null || method.customer === customer) return;
  throw invalid(
    customer === null
      ? `The PaymentMethod ${method.id} belongs to a Customer. Please include the Customer in the \`customer\` parameter.`
      : `The provided PaymentMethod ${method.id} does not belong to the Customer ${customer}.`,
    'payment_method',
  );
}
