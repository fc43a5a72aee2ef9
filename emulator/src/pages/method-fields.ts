import { createMethod } from '../nouns/payment-method/operations.js';
import { localMethod } from '../nouns/payment-method/local.js';
import type { PaymentMethodRow } from '../nouns/payment-method/row.js';
import type { Unit } from '../state/unit.js';
import { enteredAddress } from './address-fields.js';
import { cardFields, enteredCard } from './card-fields.js';
import type { Html } from './html.js';
import { html } from './html.js';

const titleOf = (type: string): string =>
  localMethod(type)?.title ?? (type === 'card' ? 'Card' : type === 'sepa_debit' ? 'SEPA debit' : type);

/** What a customer fills in to pay with one of the types. With more than one, they choose. */
export function methodFields(types: readonly string[]): Html {
  const options = types.map((type) => html`<option value="${type}">${titleOf(type)}</option>`);
  const choice =
    types.length === 1
      ? html`<input
            type="hidden"
            name="method"
            value="${types[0]}"
          />${types[0] === 'card' ? null : html`<p>Pay with ${titleOf(types[0] ?? '')}.</p>`}`
      : html`<label
          >Pay with
          <select name="method">
            ${options}
          </select></label
        >`;
  const fields = types.flatMap((type) => {
    const own = FIELDS[type]?.();
    return own === undefined ? [] : [own];
  });
  return html`${choice} ${fields}`;
}

const input = (name: string, label: string, value: string): Html =>
  html`<label>${label} <input name="${name}" value="${value}" /></label>`;

/** Filled with Stripe's test values, which always pay. */
const FIELDS: Readonly<Record<string, () => Html>> = {
  card: cardFields,
  acss_debit: () =>
    html`<div class="row">
      ${input('institution_number', 'Institution', '000')} ${input('transit_number', 'Transit', '11000')}
      ${input('account_number', 'Account', '000123456789')}
    </div>`,
  blik: () => input('blik_code', 'BLIK code', '123456'),
  boleto: () => input('tax_id', 'CPF or CNPJ', '000.000.000-00'),
  sepa_debit: () => input('iban', 'IBAN', 'DE89370400440532013000'),
};

/** The address of a payer whose method needs one, if the page does not ask for it. */
const ADDRESSES: Readonly<Record<string, { city: string; country: string; line1: string; postal_code: string }>> = {
  afterpay_clearpay: { city: 'San Francisco', country: 'US', line1: '1 Main Street', postal_code: '94111' },
  boleto: { city: 'São Paulo', country: 'BR', line1: 'Avenida Paulista 1', postal_code: '01310-000' },
};

/** The payment method of what was entered. @throws Problem in words for the person. */
export function enteredMethod(unit: Unit, form: URLSearchParams): PaymentMethodRow {
  const type = form.get('method') ?? 'card';
  if (type === 'card') return enteredCard(unit, form);
  const value = (name: string): string => form.get(name) ?? '';
  const address = enteredAddress(form, 'billing') ?? ADDRESSES[type];
  return createMethod(unit, {
    type,
    billing_details: {
      email: form.get('email') || null,
      name: form.get('name') || null,
      ...(address === undefined ? {} : { address }),
    },
    ...(type === 'boleto' ? { boleto: { tax_id: value('tax_id') } } : {}),
    ...(type === 'sepa_debit' ? { sepa_debit: { iban: value('iban') } } : {}),
    ...(type === 'acss_debit'
      ? {
          acss_debit: {
            account_number: value('account_number'),
            institution_number: value('institution_number'),
            transit_number: value('transit_number'),
          },
        }
      : {}),
  });
}
