import { invalid } from '../../api/problem.js';
import type { Unit } from '../../state/unit.js';
import type { PaymentMethodRow } from '../payment-method/row.js';

const DAY = 86_400;
const HOUR = 3600;

interface Voucher {
  /** How many hours its country's clock is behind UTC. */
  behind: number;
  days: { least: number; most: number; default: number };
}

/** How long vouchers are valid (https://docs.stripe.com/payments/boleto/accept-a-payment and the same of OXXO). */
const VOUCHERS: Readonly<Record<string, Voucher>> = {
  boleto: { behind: 3, days: { least: 0, most: 60, default: 3 } },
  oxxo: { behind: 6, days: { least: 1, most: 7, default: 3 } },
};

/** What the payer's email address makes of a voucher, in seconds; undefined for what happens in its own time. */
export interface VoucherTest {
  paidAfter?: number;
  expiresAfter?: number;
}

/** The test addresses of the same pages. An address with none of these words pays after three minutes. */
const ADDRESSES: readonly [word: string, test: VoucherTest][] = [
  ['succeed_immediately@', { paidAfter: 0 }],
  ['expire_immediately@', { expiresAfter: 0 }],
  ['expire_with_delay@', { expiresAfter: 180 }],
  ['fill_never@', {}],
];

export function voucherTest(email: string | null): VoucherTest {
  const found = ADDRESSES.find(([word]) => email?.includes(word) === true);
  return found?.[1] ?? { paidAfter: 180 };
}

/** When the voucher expires: at the end of a day in its country, unless the payer's test address says otherwise. */
export function vouchersEnd(
  { now }: Pick<Unit, 'now'>,
  { payment_method_options: options }: { payment_method_options: object | null },
  { type, billing_details: { email } }: PaymentMethodRow,
): number {
  const { expiresAfter } = voucherTest(email);
  if (expiresAfter !== undefined) return now + expiresAfter;
  const { behind, days } = VOUCHERS[type] ?? { behind: 0, days: { least: 0, most: 60, default: 3 } };
  const sent = (options as Record<string, { expires_after_days?: number } | undefined> | null)?.[type];
  const after = sent?.expires_after_days ?? days.default;
  if (after < days.least || after > days.most) {
    throw invalid(
      `expires_after_days must be between ${days.least} and ${days.most}.`,
      `payment_method_options[${type}][expires_after_days]`,
    );
  }
  const today = Math.floor((now - behind * HOUR) / DAY);
  return (today + after + 1) * DAY + behind * HOUR - 1;
}
