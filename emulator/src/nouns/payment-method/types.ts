import { accepted } from '../../api/params.js';
import { invalid, notBuilt } from '../../api/problem.js';
import { LOCAL_TYPES } from './local.js';

/** The types that are built. */
const BUILT: ReadonlySet<string> = new Set(['card', 'sepa_debit', ...LOCAL_TYPES]);

/**
 * Stripe's payment methods, and the currencies of those that take few
 * (https://docs.stripe.com/payments/payment-methods/payment-method-support). Empty: not checked here.
 */
const CURRENCIES: Readonly<Record<string, readonly string[]>> = {
  acss_debit: ['cad', 'usd'],
  affirm: ['usd', 'cad'],
  afterpay_clearpay: ['usd', 'cad', 'gbp', 'aud', 'nzd', 'eur'],
  alipay: ['aud', 'cad', 'cny', 'eur', 'gbp', 'hkd', 'jpy', 'myr', 'nzd', 'sgd', 'usd'],
  alma: ['eur'],
  amazon_pay: [],
  au_becs_debit: ['aud'],
  bacs_debit: ['gbp'],
  bancontact: ['eur'],
  billie: [],
  bizum: ['eur'],
  blik: ['pln'],
  boleto: ['brl'],
  card: [],
  card_present: [],
  cashapp: ['usd'],
  crypto: ['usd'],
  custom: [],
  customer_balance: [],
  eps: ['eur'],
  fpx: ['myr'],
  giropay: ['eur'],
  grabpay: ['sgd', 'myr'],
  ideal: ['eur'],
  interac_present: ['cad'],
  kakao_pay: ['krw'],
  klarna: [],
  konbini: ['jpy'],
  kr_card: ['krw'],
  link: [],
  mb_way: ['eur'],
  mobilepay: ['dkk', 'eur', 'nok', 'sek'],
  multibanco: ['eur'],
  naver_pay: ['krw'],
  nz_bank_account: ['nzd'],
  oxxo: ['mxn'],
  p24: ['eur', 'pln'],
  pay_by_bank: [],
  payco: ['krw'],
  paynow: ['sgd'],
  paypal: [],
  paypay: ['jpy'],
  payto: ['aud'],
  pix: [],
  promptpay: ['thb'],
  revolut_pay: [],
  samsung_pay: ['krw'],
  satispay: ['eur'],
  scalapay: ['eur'],
  sepa_debit: ['eur'],
  sequra: ['eur'],
  sofort: ['eur'],
  sunbit: ['usd'],
  swish: ['sek'],
  twint: ['chf'],
  upi: ['inr'],
  us_bank_account: ['usd'],
  wechat_pay: ['aud', 'cad', 'chf', 'cny', 'dkk', 'eur', 'gbp', 'hkd', 'jpy', 'nok', 'sek', 'sgd', 'usd'],
  zip: [],
};

export const isMethodType = (type: string): boolean => Object.hasOwn(CURRENCIES, type);

export const takes = (type: string, currency: string): boolean => {
  const few = CURRENCIES[type] ?? [];
  return few.length === 0 || few.includes(currency);
};

/** The hashes of the types that are not built: their parameters are known, and the type is refused by its name. */
export const unbuiltMethods = () =>
  Object.fromEntries(
    Object.keys(CURRENCIES)
      .filter((type) => !BUILT.has(type))
      .map((type) => [type, accepted()]),
  );

/** @throws Problem for a type that is not built, or that Stripe does not have either */
export function checkBuilt(type: string | undefined): void {
  if (type !== undefined && BUILT.has(type)) return;
  if (type === undefined) throw invalid('Missing required param: type.', 'type', 'parameter_missing');
  if (isMethodType(type)) throw notBuilt(`the payment method type '${type}'`);
  throw invalid(`Invalid type: ${type} is not a payment method type.`, 'type');
}

/** @throws Problem for types that are none, or that cannot pay in a currency. The exact words were not found. */
export function checkTypes(
  types: readonly string[],
  currency: string | undefined,
  param = 'payment_method_types',
): void {
  const unknown = types.find((type) => !isMethodType(type));
  if (unknown !== undefined) throw invalid(`The payment method type "${unknown}" is invalid.`, param);
  const wrong = currency === undefined ? undefined : types.find((type) => !takes(type, currency));
  if (wrong === undefined) return;
  throw invalid(
    `The currency provided (${currency}) is invalid for one or more payment method types on this PaymentIntent. ${wrong} can only be used with the following currencies: ${(CURRENCIES[wrong] ?? []).join(', ')}.`,
    param,
    'payment_intent_invalid_parameter',
  );
}
