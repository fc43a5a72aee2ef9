import { Problem, invalid } from '../../api/problem.js';
import type { Life } from '../../clock/life.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import type { LocalMethod } from '../payment-method/local.js';
import { checkSavable, localMethod } from '../payment-method/local.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Attempt } from './attempt-options.js';
import { blikEnding, checkBlikCode } from './blik.js';
import { completePayment } from './complete.js';
import { endDebit, processPayment } from './debit.js';
import { futureUsage } from './future-usage.js';
import { localAction } from './next-action.js';
import { MICRODEPOSITS_LATE, MICRODEPOSITS_LOST, sendsNoDeposits, verified } from './microdeposits.js';
import type { PaymentOutcome } from './outcome.js';
import { failPayer } from './outcome.js';
import type { PayerPlan, PaymentIntentRow, PayerRefusal } from './row.js';
import { voucherTest, vouchersEnd } from './voucher.js';

/** The words are those of recorded answers. */
export const NOT_APPROVED: PayerRefusal = {
  code: 'payment_intent_authentication_failure',
  message:
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
};
const EXPIRED: PayerRefusal = {
  code: 'payment_intent_payment_attempt_expired',
  message: 'The payment attempt expired before the customer paid.',
};
const TEN_DAYS = 10 * 86_400;

/** A local method waits for its payer: `payment_intent.requires_action`. */
export function askPayer(unit: Unit, id: string, method: PaymentMethodRow, attempt: Attempt): PaymentOutcome {
  const intent = unit.need('payment_intent', id);
  const local = localMethod(method.type) as LocalMethod;
  checkPayment(intent, method, local);
  const approved = method.customer !== null && method.hidden.authenticated;
  if (method.type === 'acss_debit' && (approved || method.hidden.verified === true))
    return processPayment(unit, id, method);
  if (approved && attempt.offSession === true && method.type !== 'boleto') return completePayment(unit, id);
  const plan = planOf(unit, intent, method);
  if (attempt.errorOnAction === true) throw refused(unit, id, NOT_APPROVED);
  if (plan !== null && plan.refusal !== null && plan.at <= unit.now && local.shows === 'blik_authorize')
    throw refused(unit, id, plan.refusal);
  if (sendsNoDeposits(method)) throw refused(unit, id, MICRODEPOSITS_LOST);
  const action = localAction(unit, intent, method, { shows: local.shows, returnUrl: attempt.returnUrl });
  const planned = plan === null ? {} : { hidden: { ...intent.hidden, payer: plan } };
  const row = unit.update('payment_intent', id, { status: 'requires_action', next_action: action, ...planned }, []);
  unit.emit('payment_intent.requires_action', 'payment_intent', id);
  unit.react('payment.action_required', { payment: row });
  if (plan !== null && plan.at <= unit.now) unit.later((after) => actAsPlanned(after, id));
  return { is: 'requires_action' };
}

/** The payer approved, or did not. */
export function answerPayer(unit: Unit, id: string, refusal: PayerRefusal | null): void {
  const intent = unit.need('payment_intent', id);
  unit.update('payment_intent', id, { hidden: { ...intent.hidden, payer: null } }, []);
  const method = unit.need('payment_method', idOf(intent.payment_method) ?? '');
  if (refusal !== null) failPayer(unit, id, refusal);
  else if (method.type === 'acss_debit') processPayment(unit, id, verified(unit, method));
  else completePayment(unit, id);
}

/** What happens to a payment that nobody's page answers. */
export const payerLife: Life<PaymentIntentRow> = {
  clock: ({ hidden }) => hidden.payer?.clock ?? null,
  due: ({ hidden, status }) =>
    status === 'requires_action' || status === 'processing' ? (hidden.payer?.at ?? null) : null,
  act: (unit, { id }) => actAsPlanned(unit, id),
};

function actAsPlanned(unit: Unit, id: string): void {
  const { hidden, status } = unit.need('payment_intent', id);
  if (hidden.payer == null) return;
  if (status === 'processing') endDebit(unit, id);
  else if (status === 'requires_action') answerPayer(unit, id, hidden.payer.refusal);
}

function planOf(unit: Unit, intent: PaymentIntentRow, method: PaymentMethodRow): PayerPlan | null {
  const clock = unit.find('customer', idOf(intent.customer))?.test_clock ?? null;
  const plan = (after: number, refusal: PayerRefusal | null): PayerPlan => ({
    at: unit.now + after,
    clock: idOf(clock),
    refusal,
  });
  const { email } = method.billing_details;
  switch (method.type) {
    case 'acss_debit':
      return plan(TEN_DAYS, MICRODEPOSITS_LATE);
    case 'blik': {
      checkBlikCode(intent.payment_method_options);
      const ending = blikEnding(email);
      return ending === undefined ? plan(0, null) : plan(ending.after, ending.refusal);
    }
    case 'boleto':
    case 'oxxo': {
      const { paidAfter } = voucherTest(email);
      if (paidAfter !== undefined) return plan(paidAfter, null);
      return plan(vouchersEnd(unit, intent, method) - unit.now, EXPIRED);
    }
    default:
      return null;
  }
}

/** @throws Problem for a payment that this method cannot make. The exact words were not found. */
function checkPayment(
  intent: PaymentIntentRow,
  { type, billing_details: payer }: PaymentMethodRow,
  local: LocalMethod,
) {
  const missing = local.needs.find((name) => (name === 'address' ? payer.address?.country : payer[name]) == null);
  if (missing !== undefined) {
    const at = `billing_details[${missing}]`;
    throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  }
  if (intent.capture_method === 'manual' && local.captures !== true) {
    throw invalid(`Manual capture is not supported by the payment method type \`${type}\`.`, 'capture_method');
  }
  if (futureUsage(intent, type) !== null && local.saves !== 'sepa_debit') checkSavable(type, 'setup_future_usage');
  const { automatic_payment_methods: automatic } = intent;
  if (automatic?.allow_redirects === 'never' && /redirect/.test(local.shows)) {
    throw invalid(
      `The payment method type \`${type}\` redirects the customer, which automatic_payment_methods[allow_redirects] forbids.`,
      'payment_method',
    );
  }
}

/** The attempt fails at once: the intent keeps the failure, and the error carries it. */
function refused(unit: Unit, id: string, refusal: PayerRefusal): Problem {
  failPayer(unit, id, refusal);
  return new Problem(
    400,
    refusal.message,
    { type: 'invalid_request_error', code: refusal.code, payment_intent: unit.show('payment_intent', id) },
    true,
  );
}
