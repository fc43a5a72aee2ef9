import { integer, listOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { PayerRefusal } from './row.js';

/** The account to which no deposit arrives (https://docs.stripe.com/billing/subscriptions/acss-debit). */
const UNREACHABLE = '000666666661';
const VERIFIED = '32,45';
const TOO_OFTEN = '10,11';

export const MICRODEPOSITS_LOST: PayerRefusal = {
  code: 'payment_method_microdeposit_failed',
  message: 'Microdeposits failed. Check the account, institution and transit numbers.',
};
export const MICRODEPOSITS_LATE: PayerRefusal = {
  code: 'payment_method_microdeposit_verification_timeout',
  message: 'The bank account was not verified within 10 days.',
};
const ATTEMPTS: PayerRefusal = {
  code: 'payment_method_microdeposit_verification_attempts_exceeded',
  message: 'You have exceeded the number of allowed verification attempts.',
};

export const sendsNoDeposits = ({ type, hidden }: PaymentMethodRow): boolean =>
  type === 'acss_debit' && hidden.card === UNREACHABLE;

export const microdepositParams = {
  amounts: listOf(integer(0, 99), 2),
  client_secret: text(),
  descriptor_code: text(6),
};

/** What the payer read on their statement. A refusal if the account can no longer be verified. @throws Problem if it is wrong */
export function verify(
  unit: Unit,
  method: PaymentMethodRow,
  { amounts, descriptor_code: code }: { amounts?: number[]; descriptor_code?: string },
): PayerRefusal | null {
  if (code !== undefined) {
    throw invalid(
      'This account is verified by amounts.',
      'descriptor_code',
      'payment_method_microdeposit_verification_descriptor_code_mismatch',
    );
  }
  const sent = [...(amounts ?? [])].sort((one, other) => one - other).join();
  if (sent === TOO_OFTEN) return ATTEMPTS;
  if (sent !== VERIFIED) {
    throw invalid(
      'The amounts provided do not match the amounts that were sent to the bank account.',
      'amounts',
      'payment_method_microdeposit_verification_amounts_mismatch',
    );
  }
  verified(unit, method);
  return null;
}

/** The account is known to be the payer's. */
export const verified = (unit: Unit, { id, hidden }: PaymentMethodRow): PaymentMethodRow =>
  unit.update('payment_method', id, { hidden: { ...hidden, verified: true } }, []);
