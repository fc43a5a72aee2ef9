import { COUNTRY_CARDS } from './card-countries.js';

export const DISPUTE_KINDS = ['fraudulent', 'inquiry', 'noncompliant', 'product_not_received'] as const;
/** Why a charge is disputed. An inquiry, about fraud, asks before it takes money. */
export type DisputeKind = (typeof DISPUTE_KINDS)[number];

/** How a payment with a test card ends. */
export interface TestCard {
  brand: string;
  country: string;
  funding: 'credit' | 'debit' | 'prepaid';
  /** Refused when charged; `always` also when saved to a customer or set up. */
  decline?: { code: string; decline_code: string; message: string; always: boolean };
  /** `always`: for each payment; `once`: not again after a setup; `present`: only if the customer is present. */
  challenge?: 'always' | 'once' | 'present';
  /** Which of the bank's checks fail. */
  fails?: readonly ('cvc' | 'line1' | 'postal_code')[];
  /** The bank does not check the address. */
  unchecked?: boolean;
  /** How risky Stripe finds a payment with it. Default `normal`. */
  risk?: 'elevated' | 'highest';
  /** A refund waits and succeeds later, or succeeds and fails later. */
  refund?: 'fails' | 'pending';
  /** The paid charge is disputed at once, with this kind. */
  disputes?: readonly DisputeKind[];
  /** The paid charge gets an early fraud warning at once. */
  warns?: boolean;
}

const DECLINED = 'Your card was declined.';
const PROCESSING = 'An error occurred while processing your card. Try again in a little bit.';

const visa = (more: Partial<TestCard> = {}): TestCard => ({ brand: 'visa', country: 'US', funding: 'credit', ...more });
const other = (brand: string, more: Partial<TestCard> = {}): TestCard => visa({ brand, ...more });
const declined = (decline_code: string, code = 'card_declined', message = DECLINED): TestCard =>
  visa({ decline: { code, decline_code, message, always: true } });

/** Stripe's test cards (https://docs.stripe.com/testing), by number. */
export const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  '4242424242424242': visa(),
  '4000056655665556': visa({ funding: 'debit' }),
  '5555555555554444': other('mastercard'),
  '2223003122003222': other('mastercard'),
  '5200828282828210': other('mastercard', { funding: 'debit' }),
  '5105105105105100': other('mastercard', { funding: 'prepaid' }),
  '378282246310005': other('amex'),
  '6011111111111117': other('discover'),
  '3056930009020004': other('diners'),
  '3566002020360505': other('jcb', { country: 'JP' }),
  '6200000000000005': other('unionpay', { country: 'CN' }),
  ...Object.fromEntries(
    Object.entries(COUNTRY_CARDS).map(([country, number]) => [number, visa({ country: country.toUpperCase() })]),
  ),
  '4000007640000003': visa({ country: 'TH' }),
  '4000057640000008': visa({ country: 'TH', funding: 'debit' }),
  '4000000000000077': visa(),
  '4000003720000278': visa({ country: 'IE' }),
  '4000000000000002': declined('generic_decline'),
  '4000000000009995': declined('insufficient_funds', 'card_declined', 'Your card has insufficient funds.'),
  '4000000000009987': declined('lost_card'),
  '4000000000009979': declined('stolen_card'),
  '4000000000000069': declined('expired_card', 'expired_card', 'Your card has expired.'),
  '4000000000000127': declined('incorrect_cvc', 'incorrect_cvc', "Your card's security code is incorrect."),
  '4000000000000119': declined('processing_error', 'processing_error', PROCESSING),
  '4000000000000341': visa({
    decline: { code: 'card_declined', decline_code: 'generic_decline', message: DECLINED, always: false },
  }),
  '4000000000000259': visa({ disputes: ['fraudulent'] }),
  '4000000000002685': visa({ disputes: ['product_not_received'] }),
  '4000000000001976': visa({ disputes: ['inquiry'] }),
  '4000000404000079': visa({ disputes: ['fraudulent', 'fraudulent'] }),
  '4000000404000038': visa({ disputes: ['fraudulent'] }),
  '4000000001000043': visa({ disputes: ['fraudulent'] }),
  '4000000000005423': visa({ warns: true }),
  '4000058260000005': visa({ country: 'GB', funding: 'debit' }),
  '5555558265554449': other('mastercard', { country: 'GB' }),
  '4000008400000779': visa({ disputes: ['noncompliant'] }),
  '5105008400000002': other('mastercard', { disputes: ['noncompliant'] }),
  '4000000000000101': visa({ fails: ['cvc'] }),
  '4000000000000010': visa({ fails: ['line1', 'postal_code'] }),
  '4000000000000028': visa({ fails: ['line1'] }),
  '4000000000000036': visa({ fails: ['postal_code'] }),
  '4000000000000044': visa({ unchecked: true }),
  '4000000000009235': visa({ risk: 'elevated' }),
  '4000000000004954': visa({ risk: 'highest' }),
  '4000000000007726': visa({ refund: 'pending' }),
  '4000000000005126': visa({ refund: 'fails' }),
  '4000002500001001': visa({ country: 'FR' }),
  '5555552500001001': other('mastercard', { country: 'FR' }),
  '4000000000006975': declined(
    'card_velocity_exceeded',
    'card_declined',
    'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
  ),
  '4100000000000019': visa({
    decline: { code: 'card_declined', decline_code: 'fraudulent', message: DECLINED, always: false },
  }),
  '4000000000003055': visa(),
  '4000003800000446': visa({ country: 'IT', challenge: 'present' }),
  '4000008260003178': visa({
    country: 'GB',
    challenge: 'always',
    decline: {
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
      always: false,
    },
  }),
  '4000002500003155': visa({ country: 'FR', challenge: 'once' }),
  '4000002760003184': visa({ country: 'DE', challenge: 'always' }),
  '4000000000003220': visa({ challenge: 'always' }),
  '4000000000003063': visa({ challenge: 'always' }),
  '4000008400001629': visa({
    challenge: 'always',
    decline: { code: 'card_declined', decline_code: 'generic_decline', message: DECLINED, always: false },
  }),
  '4000008400001280': visa({
    challenge: 'always',
    decline: { code: 'processing_error', decline_code: 'processing_error', message: PROCESSING, always: false },
  }),
};

/** The magic ids of the numbers: `pm_card_…` and `tok_…`. */
const MAGIC: Readonly<Record<string, string>> = {
  visa: '4242424242424242',
  visa_debit: '4000056655665556',
  mastercard: '5555555555554444',
  mastercard_debit: '5200828282828210',
  mastercard_prepaid: '5105105105105100',
  amex: '378282246310005',
  discover: '6011111111111117',
  diners: '3056930009020004',
  jcb: '3566002020360505',
  unionpay: '6200000000000005',
  ...COUNTRY_CARDS,
  us: '4242424242424242',
  gb_debit: '4000058260000005',
  gb_mastercard: '5555558265554449',
  th_credit: '4000007640000003',
  th_debit: '4000057640000008',
  createDispute: '4000000000000259',
  createDisputeProductNotReceived: '4000000000002685',
  createDisputeInquiry: '4000000000001976',
  createMultipleDisputes: '4000000404000079',
  createCe3EligibleDispute: '4000000404000038',
  createAutoRepresentmentEligibleDispute: '4000000001000043',
  createIssuerFraudRecord: '4000000000005423',
  createComplianceDispute: '4000008400000779',
  createMastercardComplianceDispute: '5105008400000002',
  bypassPending: '4000000000000077',
  bypassPendingInternational: '4000003720000278',
  chargeDeclined: '4000000000000002',
  visa_chargeDeclined: '4000000000000002',
  chargeDeclinedInsufficientFunds: '4000000000009995',
  visa_chargeDeclinedInsufficientFunds: '4000000000009995',
  chargeDeclinedLostCard: '4000000000009987',
  visa_chargeDeclinedLostCard: '4000000000009987',
  chargeDeclinedStolenCard: '4000000000009979',
  visa_chargeDeclinedStolenCard: '4000000000009979',
  chargeDeclinedExpiredCard: '4000000000000069',
  chargeDeclinedIncorrectCvc: '4000000000000127',
  chargeDeclinedProcessingError: '4000000000000119',
  visa_chargeDeclinedVelocityLimitExceeded: '4000000000006975',
  chargeDeclinedVelocityLimitExceeded: '4000000000006975',
  chargeDeclinedFraudulent: '4100000000000019',
  radarBlock: '4100000000000019',
  cvcCheckFail: '4000000000000101',
  avsFail: '4000000000000010',
  avsLine1Fail: '4000000000000028',
  avsZipFail: '4000000000000036',
  avsUnchecked: '4000000000000044',
  riskLevelElevated: '4000000000009235',
  riskLevelHighest: '4000000000004954',
  pendingRefund: '4000000000007726',
  refundFail: '4000000000005126',
  visa_cartesBancaires: '4000002500001001',
  mastercard_cartesBancaires: '5555552500001001',
  chargeCustomerFail: '4000000000000341',
  authenticationRequired: '4000002760003184',
  authenticationRequiredOnSetup: '4000002500003155',
  authenticationRequiredSetupForOffSession: '4000003800000446',
  authenticationRequiredChargeDeclinedInsufficientFunds: '4000008260003178',
  amex_threeDSecureNotSupported: '378282246310005',
  threeDSecureOptional: '4000000000003055',
  threeDSecure2Required: '4000000000003220',
  threeDSecureRequired: '4000000000003063',
  threeDSecureRequiredChargeDeclined: '4000008400001629',
  threeDSecureRequiredProcessingError: '4000008400001280',
};

/** The number behind `pm_card_visa`, `tok_visa`, `card_visa`…, or undefined when there is no such magic id. */
export function magicNumber(id: string): string | undefined {
  const name = /^(?:pm_card|tok)_(\w+)$/.exec(id)?.[1];
  return name === undefined || !Object.hasOwn(MAGIC, name) ? undefined : MAGIC[name];
}

export function testCard(number: string): TestCard {
  return TEST_CARDS[number] ?? visa();
}

/** Luhn's check, the one every card form makes. */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (let at = 0; at < number.length; at += 1) {
    const digit = Number(number[number.length - 1 - at]) * (at % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
