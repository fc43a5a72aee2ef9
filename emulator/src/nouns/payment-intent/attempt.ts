import type Stripe from 'stripe';
import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { PaymentIntentRow } from './row.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Decline } from '../payment-method/attach.js';
import { attach, paymentMethodOf, spent } from '../payment-method/attach.js';
import { testCard } from '../payment-method/card.js';
import { checkTypes } from '../payment-method/types.js';
import { disputeAsTested } from '../dispute/operations.js';
import { processPayment } from './debit.js';
import { noMethod, unexpectedState } from './unexpected-state.js';
import { makeCharge } from '../charge/create.js';
import type { PaymentOutcome } from './outcome.js';
import { failPayment, paymentDone } from './outcome.js';

export interface Attempt {
  /** Overrides the intent's own. */
  paymentMethod?: string | undefined;
  /** The customer is not there to answer a challenge. */
  offSession?: boolean | undefined;
  /** A challenge is a refusal. */
  errorOnAction?: boolean | undefined;
  returnUrl?: string | undefined;
  useStripeSdk?: boolean | undefined;
}

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
  unit.update('payment_intent', id, { payment_method: method.id, last_payment_error: null, next_action: null }, []);
  if (method.type === 'sepa_debit') return processPayment(unit, id, method);
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

/** Money moves: the intent's payment method pays. */
export function completePayment(unit: Unit, id: string): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  keepMethod(unit, intent, method);
  const charge = makeCharge(unit, intent, method);
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

/** What the page has to do: Stripe.js takes the challenge over, or the customer is sent to an address. */
export function nextAction({ store }: Unit, secret: string | null, attempt: Attempt): Stripe.PaymentIntent.NextAction {
  if (attempt.useStripeSdk !== true && attempt.returnUrl !== undefined) {
    return {
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: attempt.returnUrl,
        url: `${store.origin}/3d_secure/${secret ?? ''}`,
      },
    };
  }
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: { type: 'three_d_secure_redirect', source: newId('src') },
  };
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

/** After a payment the method is saved if that was asked for, else used up when it is nobody's. */
function keepMethod(unit: Unit, intent: PaymentIntentRow, method: PaymentMethodRow): void {
  const customer = idOf(intent.customer);
  if (intent.setup_future_usage !== null && customer !== null) {
    attach(unit, method.id, customer, 'payment_method');
    markAuthenticated(unit, method.id);
  } else if (method.customer === null) {
    unit.update('payment_method', method.id, { hidden: { ...method.hidden, spent: true } }, []);
  }
}

export function markAuthenticated(unit: Unit, id: string): void {
  const method = unit.need('payment_method', id);
  unit.update('payment_method', id, { hidden: { ...method.hidden, authenticated: true } }, []);
}
