import type { Collected } from '../nouns/checkout-session/collect.js';
import { written } from '../nouns/price/currency.js';
import type { CheckoutSessionRow } from '../nouns/checkout-session/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { addressFields, enteredAddress } from './address-fields.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** The fields for what a session collects in addition to the payment. */
export function extraFields(unit: Unit, row: CheckoutSessionRow): Html {
  return html`${
    row.phone_number_collection?.enabled === true
      ? html`<label>Phone <input name="phone" autocomplete="tel" required /></label>`
      : null
  }
  ${billingAddress(row)}
  ${row.shipping_address_collection === null ? null : shippingAddress(row.shipping_address_collection)}
  ${shippingOptions(unit, row)} ${row.custom_fields.map(customField)}`;
}

function shippingAddress({ allowed_countries: countries }: { allowed_countries: readonly string[] }): Html {
  return html`<fieldset>
    <legend>Ship to</legend>
    <label>Name <input name="shipping.name" autocomplete="shipping name" required /></label>
    ${addressFields('shipping', countries)}
  </fieldset>`;
}

/** Like Stripe's page, it asks for the whole billing address only if the session requires it. */
function billingAddress(row: CheckoutSessionRow): Html | null {
  if (row.billing_address_collection !== 'required') return null;
  return html`<fieldset>
    <legend>Billing address</legend>
    ${addressFields('billing')}
  </fieldset>`;
}

function shippingOptions(unit: Unit, row: CheckoutSessionRow): readonly Html[] {
  return row.shipping_options.map(({ shipping_rate: rate, shipping_amount: amount }) => {
    const id = idOf(rate);
    const checked = id === idOf(row.shipping_cost?.shipping_rate) ? 'checked' : '';
    const name = unit.find('shipping_rate', id)?.display_name ?? 'Shipping';
    return html`<label
      ><span
        ><input type="radio" name="shipping_rate" value="${id}" ${checked} /> ${name},
        ${written(amount, row.currency ?? 'usd')}</span
      ></label
    >`;
  });
}

function customField({
  key,
  label,
  type,
  optional,
  dropdown,
  numeric,
  text,
}: CheckoutSessionRow['custom_fields'][number]) {
  const required = optional ? '' : 'required';
  const name = `custom.${key}`;
  if (type === 'dropdown') {
    return html`<label
      >${label.custom}
      <select name="${name}" ${required}>
        <option></option>
        ${(dropdown?.options ?? []).map((option) => html`<option value="${option.value}">${option.label}</option>`)}
      </select></label
    >`;
  }
  const value = (numeric ?? text)?.default_value;
  return html`<label>${label.custom} <input name="${name}" value="${value}" ${required} /></label>`;
}

/** What was entered into them. */
export function enteredExtras(row: CheckoutSessionRow, form: URLSearchParams): Collected {
  const entered = (name: string): string | null => form.get(name) || null;
  return {
    custom_fields: Object.fromEntries(row.custom_fields.map(({ key }) => [key, form.get(`custom.${key}`) ?? ''])),
    phone: entered('phone'),
    shipping_rate: entered('shipping_rate') ?? undefined,
    shipping:
      row.shipping_address_collection === null
        ? undefined
        : { name: form.get('shipping.name') ?? '', address: enteredAddress(form, 'shipping') ?? {} },
  };
}
