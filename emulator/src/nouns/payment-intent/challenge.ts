import { invalid, missing } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';
import type { PaymentIntentRow } from './row.js';
import type { SetupIntentRow } from '../setup-intent/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { testCard } from '../payment-method/card.js';
import { completePayment } from './complete.js';
import { localMethod } from '../payment-method/local.js';
import { failChallenge, failPayment } from './outcome.js';
import { NOT_APPROVED, answerPayer } from './payer.js';
import { publicView } from './public-view.js';
import { completeSetup, failSetupChallenge } from '../setup-intent/attempt.js';

/** The customer's answer to a 3-D Secure challenge, or that of the payer of a local method; the intent as it is afterwards. */
export function finishChallenge(unit: Unit, id: string, secret: unknown, outcome: unknown): Json {
  if (outcome !== 'complete' && outcome !== 'fail') {
    throw invalid('Invalid outcome: must be either complete or fail', 'outcome');
  }
  return id.startsWith('seti_') ? finishSetup(unit, id, secret, outcome) : finishPayment(unit, id, secret, outcome);
}

/** The intent that a client secret belongs to. */
export function intentOfSecret(unit: Unit, secret: string): PaymentIntentRow | SetupIntentRow | undefined {
  const [id] = secret.split('_secret_');
  const intent = unit.find('payment_intent', id) ?? unit.find('setup_intent', id);
  return intent?.client_secret === secret ? intent : undefined;
}

function finishPayment(unit: Unit, id: string, secret: unknown, outcome: 'complete' | 'fail'): Json {
  const intent = unit.find('payment_intent', id);
  if (intent === undefined || intent.client_secret !== secret) throw missing('payment_intent', id, 'intent', 404);
  checkWaiting(intent.status);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  if (localMethod(method.type) !== undefined) {
    answerPayer(unit, id, outcome === 'complete' ? null : NOT_APPROVED);
    return publicView(unit.show('payment_intent', id));
  }
  const { decline } = testCard(method.hidden.card);
  if (outcome === 'fail') failChallenge(unit, id);
  else if (decline !== undefined) failPayment(unit, id, method, decline);
  else completePayment(unit, id);
  return publicView(unit.show('payment_intent', id));
}

function finishSetup(unit: Unit, id: string, secret: unknown, outcome: 'complete' | 'fail'): Json {
  const intent = unit.find('setup_intent', id);
  if (intent === undefined || intent.client_secret !== secret) throw missing('setupintent', id, 'intent', 404);
  checkWaiting(intent.status);
  if (outcome === 'fail') failSetupChallenge(unit, id);
  else completeSetup(unit, id);
  return publicView(unit.show('setup_intent', id));
}

function checkWaiting(status: string): void {
  if (status === 'requires_action') return;
  throw invalid(
    `There is no challenge to answer: the status is ${status}.`,
    undefined,
    'payment_intent_unexpected_state',
  );
}
