import type Stripe from 'stripe';
import { Problem } from '../../api/problem.js';
import { newId, randomText } from '../../state/id.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { SetupIntentRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { Decline } from '../payment-method/attach.js';
import { attach, paymentMethodOf } from '../payment-method/attach.js';
import { testCard } from '../payment-method/card.js';
import type { Attempt } from '../payment-intent/attempt-options.js';
import type { PaymentOutcome } from '../payment-intent/outcome.js';
import type { PayerRefusal } from '../payment-intent/row.js';
import { checkOwner } from '../payment-intent/attempt.js';
import { markAuthenticated } from '../payment-intent/complete.js';
import { nextAction } from '../payment-intent/next-action.js';
import { generateDebit } from '../payment-method/generated.js';
import { localMethod } from '../payment-method/local.js';
import { mandateFor } from '../mandate/create.js';
import { noteAttempt } from '../setup-attempt/create.js';
import { setupAction } from './local.js';

/** Creates a setup intent, with the event `setup_intent.created`. */
export function newSetup(
  unit: Unit,
  sent: {
    customer: string | null;
    paymentMethod?: string | null;
    subscription?: string;
    patch?: Partial<SetupIntentRow>;
  },
): SetupIntentRow {
  const id = newId('seti');
  return unit.insert('setup_intent', {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: unit.now,
    customer: sent.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: sent.paymentMethod ?? null,
    payment_method_configuration_details: null,
    payment_method_options: { card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: sent.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    usage: 'off_session',
    hidden: { subscription: sent.subscription ?? null },
    ...sent.patch,
  });
}

const CONFIRMABLE: ReadonlySet<string> = new Set([
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
]);

/** The status of an intent does not allow an action. The error carries the intent, as with payments. */
export function unexpectedSetup(
  unit: Unit,
  intent: SetupIntentRow,
  action: 'cancel' | 'confirm' | 'confirm without a method',
): Problem {
  const message =
    action === 'confirm without a method'
      ? "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again."
      : `You cannot ${action} this SetupIntent because it has a status of ${intent.status}. Only a SetupIntent with one of the following statuses may be ${action === 'cancel' ? 'canceled' : 'confirmed'}: requires_payment_method, requires_confirmation, requires_action.`;
  return new Problem(400, message, {
    type: 'invalid_request_error',
    code: 'setup_intent_unexpected_state',
    setup_intent: unit.view('setup_intent', intent),
  });
}

/** Tries to set up a payment method for later payments. */
export function attemptSetup(unit: Unit, id: string, attempt: Attempt): PaymentOutcome {
  const intent = unit.need('setup_intent', id);
  if (!CONFIRMABLE.has(intent.status)) throw unexpectedSetup(unit, intent, 'confirm');
  const given = attempt.paymentMethod ?? idOf(intent.payment_method);
  if (given === null) throw unexpectedSetup(unit, intent, 'confirm without a method');
  const method = paymentMethodOf(unit, given, 'payment_method');
  checkOwner(method, idOf(intent.customer));
  unit.update('setup_intent', id, { payment_method: method.id, last_setup_error: null, next_action: null }, []);
  if (localMethod(method.type) !== undefined) {
    const action = setupAction(unit, intent, method, attempt.returnUrl);
    return action === null ? completeSetup(unit, id) : askFor(unit, id, action);
  }
  const { challenge, decline } = testCard(method.hidden.card);
  if (challenge !== undefined && !method.hidden.authenticated) {
    return askFor(unit, id, nextAction(unit, intent.client_secret, attempt) as Stripe.SetupIntent.NextAction);
  }
  return decline?.always === true ? failSetup(unit, id, method, decline) : completeSetup(unit, id);
}

/** The customer has to do something: `setup_intent.requires_action`. */
function askFor(unit: Unit, id: string, action: Stripe.SetupIntent.NextAction): PaymentOutcome {
  unit.update('setup_intent', id, { status: 'requires_action', next_action: action }, []);
  unit.emit('setup_intent.requires_action', 'setup_intent', id);
  return { is: 'requires_action' };
}

/** Completes a setup, with the event `setup_intent.succeeded`. The payment method is attached to the customer. */
export function completeSetup(unit: Unit, id: string): PaymentOutcome {
  const intent = unit.need('setup_intent', id);
  const method = idOf(intent.payment_method) ?? '';
  saveMethod(unit, unit.need('payment_method', method), idOf(intent.customer));
  markAuthenticated(unit, method);
  const mandate = isDebit(unit, method)
    ? mandateFor(unit, method, { options: intent.payment_method_options }).hidden.mandate
    : undefined;
  unit.update(
    'setup_intent',
    id,
    {
      status: 'succeeded',
      next_action: null,
      last_setup_error: null,
      latest_attempt: noteAttempt(unit, id, null),
      mandate: mandate ?? null,
    },
    [],
  );
  unit.emit('setup_intent.succeeded', 'setup_intent', id);
  unit.react('setup.succeeded', { setup: unit.need('setup_intent', id) });
  return { is: 'succeeded' };
}

const isDebit = (unit: Unit, id: string): boolean =>
  ['acss_debit', 'sepa_debit'].includes(unit.need('payment_method', id).type);

function saveMethod(unit: Unit, method: PaymentMethodRow, customer: string | null): void {
  if (customer === null) return;
  if (localMethod(method.type)?.saves === 'sepa_debit') generateDebit(unit, method.id, customer);
  else attach(unit, method.id, customer, 'payment_method');
}

export function failSetup(unit: Unit, id: string, method: PaymentMethodRow, decline: Decline): PaymentOutcome {
  recordFailure(unit, id, {
    code: decline.code,
    decline_code: decline.decline_code,
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    payment_method: unit.view('payment_method', method) as unknown as Stripe.PaymentMethod,
    type: 'card_error',
  });
  return { is: 'declined', decline, charge: null };
}

/** The challenge was not answered as it must be, or the payer of a local method refused. */
const UNANSWERED: PayerRefusal = {
  code: 'setup_intent_authentication_failure',
  message: 'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
};

export function failSetupChallenge(unit: Unit, id: string, { code, message }: PayerRefusal = UNANSWERED): void {
  const method = unit.need('payment_method', idOf(unit.need('setup_intent', id).payment_method) ?? '');
  recordFailure(unit, id, {
    code,
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    message,
    payment_method: unit.view('payment_method', method) as unknown as Stripe.PaymentMethod,
    type: 'invalid_request_error',
  });
}

function recordFailure(unit: Unit, id: string, error: Stripe.SetupIntent.LastSetupError): void {
  unit.update(
    'setup_intent',
    id,
    {
      status: 'requires_payment_method',
      payment_method: null,
      next_action: null,
      last_setup_error: error,
      latest_attempt: noteAttempt(unit, id, error),
    },
    [],
  );
  unit.emit('setup_intent.setup_failed', 'setup_intent', id);
}
