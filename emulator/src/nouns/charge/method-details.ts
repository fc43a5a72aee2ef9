import type Stripe from 'stripe';
import { newId, randomText } from '../../state/id.js';
import type { PaymentMethodRow } from '../payment-method/row.js';
import type { Charged } from './create.js';

type Details = Stripe.Charge['payment_method_details'];

/** What a charge says of the payment method that paid it, with the bank's part of the answer. */
export function detailsOf(intent: Charged, method: PaymentMethodRow): Details {
  const { card, sepa_debit: debit } = method;
  if (debit !== undefined) {
    const { bank_code, branch_code, country, fingerprint, last4 } = debit;
    const mandate = method.hidden.mandate ?? null;
    return { sepa_debit: { bank_code, branch_code, country, fingerprint, last4, mandate }, type: 'sepa_debit' };
  }
  if (card !== undefined) return { card: cardDetails(intent.amount, card), type: 'card' };
  return { [method.type]: localDetails(method), type: method.type };
}

/** What the payer's bank says of a local method. The values of Stripe's test banks were not found for each type: these have the shape of the SDK's types. */
export function localDetails(method: PaymentMethodRow): object {
  const name = method.billing_details.name;
  const generated = {
    generated_sepa_debit: method.hidden.generated ?? null,
    generated_sepa_debit_mandate: null,
  };
  switch (method.type) {
    case 'acss_debit':
      return { ...method.acss_debit, mandate: method.hidden.mandate };
    case 'afterpay_clearpay':
      return { order_id: null, reference: null };
    case 'alipay':
      return { buyer_id: randomText(16), fingerprint: randomText(16), transaction_id: randomText(16) };
    case 'bancontact':
      return {
        bank_code: 'VAPE',
        bank_name: 'VAN DE PUT & CO',
        bic: 'VAPEBE22',
        ...generated,
        iban_last4: '7061',
        preferred_language: 'en',
        verified_name: name,
      };
    case 'blik':
      return { buyer_id: null };
    case 'boleto':
      return { ...method.boleto };
    case 'eps':
      return { bank: method.eps?.bank ?? null, verified_name: name };
    case 'giropay':
      return { bank_code: null, bank_name: null, bic: null, verified_name: name };
    case 'ideal':
      return { ...method.ideal, ...generated, iban_last4: '5264', transaction_id: randomText(16), verified_name: name };
    case 'oxxo':
      return { number: null };
    case 'p24':
      return { bank: method.p24?.bank ?? null, reference: `P24-${randomText(9)}`, verified_name: name };
    case 'promptpay':
      return { reference: randomText(16) };
    case 'wechat_pay':
      return { fingerprint: randomText(16), transaction_id: randomText(16) };
    default:
      return {};
  }
}

function cardDetails(amount: number, card: Stripe.PaymentMethod.Card): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    amount_authorized: amount,
    authorization_code: null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: newId('nti').slice(4, 19),
    overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
