import { createHash } from 'node:crypto';
import { invalid } from '../../api/problem.js';
import type { PaymentMethodRow } from './row.js';
import type { Unit } from '../../state/unit.js';
import type { Decline } from './attach.js';
import { insertMethod, type BillingSent } from './insert.js';

/**
 * Test accounts whose debits fail after processing, or stay there (https://docs.stripe.com/payments/sepa-debit,
 * https://docs.stripe.com/billing/subscriptions/acss-debit).
 */
const FAILING = new Set([
  ...['AT861904300235473202', 'DE62370400440532013001', 'IT60X0542811101000000123456'],
  ...['000222222227', '900222222227', '000777777771', '000888888881'],
]);
const STAYING = new Set(['AT321904300235473204', 'DE08370400440532013002']);
/** They take three minutes. */
const SLOW = new Set(['900123456789', '900222222227']);

export const DEBIT_DECLINED: Decline = {
  code: 'payment_intent_payment_attempt_failed',
  decline_code: 'debit_not_authorized',
  message: 'The payment failed.',
};

/** How a debit from this account ends after it was processed. */
export function debitEnd(account: string): 'fails' | 'stays' | 'succeeds' {
  return FAILING.has(account) ? 'fails' : STAYING.has(account) ? 'stays' : 'succeeds';
}

/** How many seconds the debit is processed. */
export const debitSeconds = (account: string): number => (SLOW.has(account) ? 180 : 0);

/** A payment method for a bank account, of no customer yet. Makes no event. */
export function newDebit(unit: Unit, written: string | undefined, billing: BillingSent = {}): PaymentMethodRow {
  const at = 'sepa_debit[iban]';
  if (written === undefined) throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  const iban = written.replace(/\s/g, '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban))
    throw invalid('The IBAN you provided is invalid.', at, 'invalid_bank_account_iban');
  return insertMethod(unit, {
    type: 'sepa_debit',
    billing,
    shown: {
      bank_code: iban.slice(4, 9),
      branch_code: '',
      country: iban.slice(0, 2),
      fingerprint: createHash('sha256').update(iban).digest('base64url').slice(0, 16),
      generated_from: { charge: null, setup_attempt: null },
      last4: iban.slice(-4),
    },
    number: iban,
  });
}
