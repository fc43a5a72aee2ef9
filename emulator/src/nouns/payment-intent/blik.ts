import { invalid } from '../../api/problem.js';
import type { PayerRefusal } from './row.js';

interface Ending {
  after: number;
  refusal: PayerRefusal;
}

const declined = (message: string): Ending => ({
  after: 8,
  refusal: { code: 'payment_method_provider_decline', message },
});
const timeout = (message: string): Ending => ({
  after: 60,
  refusal: { code: 'payment_method_provider_timeout', message },
});
const wrong = (message: string): Ending => ({
  after: 0,
  refusal: { code: 'payment_method_invalid_parameter', message },
});

/** The payers' email addresses with which payments fail (https://docs.stripe.com/payments/blik/accept-a-payment). */
const ADDRESSES: Readonly<Record<string, Ending>> = {
  invalid_code: wrong('The BLIK code is not valid.'),
  expired_code: wrong('The BLIK code has expired. Ask the customer for another one.'),
  limit_exceeded: declined('The payment limit of the bank account has been reached.'),
  insufficient_funds: declined('The bank account has insufficient funds.'),
  customer_declined: declined('The customer declined the payment.'),
  bank_declined: declined("The customer's bank declined the payment for an unknown reason."),
  blik_declined: declined('The payment was declined for an unknown reason.'),
  customer_timeout: timeout('The customer did not approve the payment within 60 seconds.'),
  bank_timeout: timeout("The request to the customer's bank timed out."),
  blik_timeout: timeout('The request to the BLIK network timed out.'),
};

/** How a payment ends, by the payer's address; undefined if the payer approves. */
export function blikEnding(email: string | null): Ending | undefined {
  const word = Object.keys(ADDRESSES).find((one) => email?.includes(`${one}@`) === true);
  return word === undefined ? undefined : ADDRESSES[word];
}

/** @throws Problem unless the options carry the six digits that the payer's bank showed them */
export function checkBlikCode(options: { blik?: object | undefined } | null): void {
  const at = 'payment_method_options[blik][code]';
  const { code }: { code?: unknown } = options?.blik ?? {};
  if (code === undefined) throw invalid(`Missing required param: ${at}.`, at, 'parameter_missing');
  if (typeof code !== 'string' || !/^\d{6}$/.test(code)) throw invalid('A BLIK code has six digits.', at);
}
