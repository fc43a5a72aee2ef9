import { decimalWritten, minorOf, written } from '../nouns/price/currency.js';
import type { Answers } from '../nouns/checkout-session/questions.js';
import type { Chosen } from '../nouns/checkout-session/lines.js';
import type { CheckoutSessionRow } from '../nouns/checkout-session/row.js';
import type { Unit } from '../state/unit.js';
import { itemsOf } from '../nouns/item/operations.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** Some of the many kinds of tax ids, so that a person need not know Stripe's words. */
const TAX_IDS = [
  'eu_vat',
  'gb_vat',
  'us_ein',
  'ch_vat',
  'no_vat',
  'au_abn',
  'ca_gst_hst',
  'in_gst',
  'jp_trn',
  'br_cnpj',
];

/** Optional items, a promotion code, names, a tax id, and consent. */
export function askFields(unit: Unit, row: CheckoutSessionRow): Html {
  const { business, individual } = row.name_collection ?? {};
  return html`${itemsOf(unit, row.id).flatMap(({ currency, hidden }) => chosenAmount(currency, hidden.chosen) ?? [])}
  ${(row.optional_items ?? []).map((item) => optional(unit, row, item))}
  ${
    row.allow_promotion_codes === true
      ? html`<label>Promotion code <input name="promotion_code" autocomplete="off" /></label>`
      : null
  }
  ${individual?.enabled === true ? named('Your full name', 'individual_name', !individual.optional) : null}
  ${
    business?.enabled === true || row.tax_id_collection?.enabled === true
      ? named('Business name', 'business_name', business?.enabled === true && !business.optional)
      : null
  }
  ${row.tax_id_collection?.enabled === true ? taxId(row.tax_id_collection.required === 'if_supported') : null}
  ${consent(row)}`;
}

/** The field for an amount that the customer chooses. */
const chosenAmount = (currency: string, amount: number | undefined): Html | null =>
  amount === undefined
    ? null
    : html`<label
        >Amount (${currency.toUpperCase()})
        <input
          name="amount"
          inputmode="decimal"
          value="${amount === 0 ? '' : decimalWritten(amount, currency)}"
          required
      /></label>`;

const named = (label: string, name: string, required: boolean): Html =>
  html`<label>${label} <input name="${name}" ${required ? 'required' : ''} /></label>`;

const taxId = (required: boolean): Html =>
  html`<div class="row">
    <label
      >Type of tax ID
      <select name="tax_id.type">
        ${TAX_IDS.map((type) => html`<option>${type}</option>`)}
      </select></label
    >
    <label>Tax ID <input name="tax_id.value" ${required ? 'required' : ''} /></label>
  </div>`;

function optional(unit: Unit, row: CheckoutSessionRow, { price, quantity }: { price: string; quantity: number }): Html {
  const { unit_amount: amount, product, currency } = unit.need('price', price);
  const taken = itemsOf(unit, row.id).some((line) => line.hidden.optional === true && line.price === price);
  const name = unit.find('product', product)?.name ?? price;
  return html`<label
    ><span
      ><input type="checkbox" name="optional.${price}" value="${quantity}" ${taken ? 'checked' : ''} /> Add ${quantity}
      × ${name}, ${written((amount ?? 0) * quantity, currency)}</span
    ></label
  >`;
}

function consent({ consent_collection: asked, custom_text: texts }: CheckoutSessionRow): Html {
  const terms = texts.terms_of_service_acceptance?.message ?? 'I agree to the terms of service';
  return html`${
    asked?.terms_of_service === 'required'
      ? html`<label
          ><span
            ><input type="checkbox" name="consent.terms_of_service" value="accepted" required /> ${terms}</span
          ></label
        >`
      : null
  }
  ${
    asked?.promotions === 'auto'
      ? html`<label
          ><span
            ><input type="checkbox" name="consent.promotions" value="opt_in" /> Keep me updated by email</span
          ></label
        >`
      : null
  }`;
}

/** What was entered into them. */
export function enteredAsks(row: CheckoutSessionRow, form: URLSearchParams): Answers & Chosen {
  const entered = (name: string): string | undefined => form.get(name) || undefined;
  const value = entered('tax_id.value');
  const offered = row.optional_items ?? [];
  return {
    business_name: entered('business_name'),
    individual_name: entered('individual_name'),
    consent: {
      promotions: entered('consent.promotions'),
      terms_of_service: entered('consent.terms_of_service'),
    },
    tax_id: value === undefined ? undefined : { type: entered('tax_id.type') ?? '', value },
    promotion_code: entered('promotion_code'),
    amount: minorOf(entered('amount'), row.currency ?? 'usd'),
    optional_items:
      offered.length === 0
        ? undefined
        : offered
            .filter(({ price }) => form.has(`optional.${price}`))
            .map(({ price }) => ({ price, quantity: Number(form.get(`optional.${price}`)) })),
  };
}
