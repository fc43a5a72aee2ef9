import type { Json } from '../../state/rows.js';
import type { PaymentMethodRow } from '../payment-method/row.js';

/** The card as this older API shows it. */
export function cardView({ id, card, billing_details, customer, metadata: meta }: PaymentMethodRow): Json {
  const { address } = billing_details;
  return {
    id,
    object: 'card',
    address_city: address?.city ?? null,
    address_country: address?.country ?? null,
    address_line1: address?.line1 ?? null,
    address_line1_check: card?.checks?.address_line1_check ?? null,
    address_line2: address?.line2 ?? null,
    address_state: address?.state ?? null,
    address_zip: address?.postal_code ?? null,
    address_zip_check: card?.checks?.address_postal_code_check ?? null,
    brand: BRANDS[card?.brand ?? ''] ?? 'Unknown',
    country: card?.country ?? null,
    customer,
    cvc_check: card?.checks?.cvc_check ?? null,
    dynamic_last4: null,
    exp_month: card?.exp_month ?? null,
    exp_year: card?.exp_year ?? null,
    fingerprint: card?.fingerprint ?? null,
    funding: card?.funding ?? null,
    last4: card?.last4 ?? null,
    metadata: meta ?? {},
    name: billing_details.name,
    regulated_status: card?.regulated_status ?? null,
    tokenization_method: null,
  };
}

const BRANDS: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};
