import type { PaymentMethodRow } from '../nouns/payment-method/row.js';
import type { Unit } from '../state/unit.js';
import { invalid } from '../api/problem.js';
import { createMethod } from '../nouns/payment-method/operations.js';
import type { EnteredAddress } from './address-fields.js';
import { enteredAddress } from './address-fields.js';
import type { Html } from './html.js';
import { html } from './html.js';

/** The fields of a card, filled with the test card that always pays. */
export const cardFields = (): Html =>
  html`<label
      >Card number
      <input name="number" inputmode="numeric" autocomplete="cc-number" value="4242 4242 4242 4242" required
    /></label>
    <div class="row">
      <label
        >Expiry (MM/YY) <input name="expiry" autocomplete="cc-exp" placeholder="12/34" value="12/34" required
      /></label>
      <label>Security code <input name="cvc" inputmode="numeric" autocomplete="cc-csc" value="123" required /></label>
    </div>`;

/** The payment method of what was entered. @throws Problem in words for the person. */
export function enteredCard(unit: Unit, form: URLSearchParams): PaymentMethodRow {
  const [, month = '', year = ''] = /^\s*(\d{1,2})\s*\/\s*(\d{2,4})\s*$/.exec(form.get('expiry') ?? '') ?? [];
  if (month === '') throw invalid('Enter the expiry as month and year, for example 12/34.', 'expiry');
  return createMethod(unit, {
    type: 'card',
    card: {
      number: form.get('number') ?? '',
      exp_month: Number(month),
      exp_year: Number(year),
      cvc: form.get('cvc') ?? '',
    },
    billing_details: { email: form.get('email'), name: form.get('name'), ...billingAddress(form) },
  });
}

/** The address that the page asked for, if it did. */
function billingAddress(form: URLSearchParams): { address?: EnteredAddress } {
  const address = enteredAddress(form, 'billing');
  return address === null ? {} : { address };
}
