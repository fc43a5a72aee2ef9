import { Problem, invalid, missing } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import { finishChallenge } from '../nouns/payment-intent/challenge.js';
import { payCheckout } from '../nouns/checkout-session/complete.js';
import { itemsOf } from '../nouns/item/operations.js';
import type { CheckoutSessionRow } from '../nouns/checkout-session/row.js';
import type { PaymentIntentRow } from '../nouns/payment-intent/row.js';
import type { SetupIntentRow } from '../nouns/setup-intent/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { enteredAddress } from './address-fields.js';
import { enteredMethod, methodFields } from './method-fields.js';
import { payerAddress } from './payer-page.js';
import { challengeForm } from './challenge-page.js';
import { askFields, enteredAsks } from './checkout-asks.js';
import { enteredExtras, extraFields } from './checkout-extras.js';
import type { Html } from './html.js';
import { html, linkTo, page } from './html.js';
import type { PageReply, PageRequest, PageWork } from './reply.js';
import { goTo, show } from './reply.js';
import { WEB } from './policy.js';

/** The page on which a customer pays for a checkout session. It then leads to the success address. */
export function checkoutPage({ api, verb, id, form }: PageRequest): PageReply {
  try {
    if (verb === 'POST') api.internally((unit) => act(unit, id, form));
    return view(api, id);
  } catch (error) {
    // The customer sees a refusal above the form and can try again.
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return view(api, id, error.message);
  }
}

export const doneLink = (text: string): PageReply => show(page('Nothing to pay', html`<p>${text}</p>`), 404);

function act(unit: Unit, id: string, form: URLSearchParams): void {
  const answer = form.get('challenge');
  if (answer !== null) {
    const intent = waiting(unit, unit.need('checkout.session', id));
    if (intent !== undefined) finishChallenge(unit, intent.id, intent.client_secret, answer);
    return;
  }
  const row = unit.need('checkout.session', id);
  checkAddress(row, form);
  const method = needsMethod(row) ? enteredMethod(unit, form).id : undefined;
  payCheckout(unit, id, {
    ...(method === undefined ? {} : { payment_method: method }),
    ...(form.get('email') ? { email: form.get('email') ?? '' } : {}),
    ...(form.get('name') ? { name: form.get('name') } : {}),
    ...(form.get('blik_code') ? { blik_code: form.get('blik_code') ?? '' } : {}),
    ...enteredExtras(row, form),
    ...enteredAsks(row, form),
  });
}

/** @throws Problem the session requires a billing address, and a part of it is missing */
function checkAddress(row: CheckoutSessionRow, form: URLSearchParams): void {
  if (row.billing_address_collection !== 'required') return;
  const { line1, city, country } = enteredAddress(form, 'billing') ?? {};
  if (!line1 || !city || !country) throw invalid('Enter your billing address.', 'billing_details');
}

const needsMethod = (row: CheckoutSessionRow): boolean =>
  row.mode !== 'payment' || row.payment_status === 'unpaid' || row.payment_method_collection === 'always';

/** The payment or setup whose challenge the customer has to answer. */
function waiting(unit: Unit, row: CheckoutSessionRow): PaymentIntentRow | SetupIntentRow | undefined {
  const invoice = unit.find('invoice', idOf(row.invoice));
  const intents = [
    unit.find('payment_intent', idOf(row.payment_intent)),
    unit.find('payment_intent', invoice?.hidden.payment_intent),
    unit.find('setup_intent', idOf(row.setup_intent)),
  ];
  return intents.find((intent) => intent?.status === 'requires_action');
}

function view(api: PageWork, id: string, problem?: string): PageReply {
  return api.internally((unit) => {
    const row = unit.find('checkout.session', id);
    if (row === undefined) throw missing('checkout.session', id, 'id', 404);
    const waits = waiting(unit, row);
    const payer = waits === undefined ? null : payerAddress(waits);
    if (payer !== null) return goTo(payer);
    if (row.status === 'complete') return goTo((row.success_url ?? '/c/done').replaceAll('{CHECKOUT_SESSION_ID}', id));
    if (row.status !== 'open') return doneLink('This checkout has expired.');
    return show(
      page(titleOf(row), waits !== undefined ? challengeForm : form(unit, row, problem)),
      problem === undefined ? 200 : 402,
      { leads: WEB },
    );
  });
}

const titleOf = ({ mode, amount_total, currency }: CheckoutSessionRow): string =>
  mode === 'setup' ? 'Save a card' : `Pay ${written(amount_total ?? 0, currency ?? 'usd')}`;

const form = (unit: Unit, row: CheckoutSessionRow, problem: string | undefined): Html =>
  html`<table>
      ${itemsOf(unit, row.id).map(
        (line) =>
          html`<tr>
            <td>${line.quantity === null ? '' : `${line.quantity} × `}${line.description}</td>
            <td>${written(line.amount_total, line.currency)}</td>
          </tr>`,
      )}
    </table>
    ${problem === undefined ? null : html`<p role="alert">${problem}</p>`}
    <form method="post">
      ${emailField(unit, row)}
      <label>Name <input name="name" autocomplete="name" /></label>
      ${extraFields(unit, row)} ${askFields(unit, row)} ${message(row.custom_text.shipping_address)}
      ${message(row.custom_text.submit)} ${needsMethod(row) ? methodFields(row.payment_method_types) : null}
      <button>${row.mode === 'setup' ? 'Save' : row.mode === 'subscription' ? 'Subscribe' : 'Pay'}</button>
    </form>
    ${message(row.custom_text.after_submit)}
    ${row.cancel_url === null ? null : html`<p>${linkTo(row.cancel_url, 'Back')}</p>`}`;

/**
 * Prefilled, and then not to be changed, if the session or its customer has an email address (SDK: `customer` and
 * `customer_email` of Checkout.SessionCreateParams).
 */
function emailField(unit: Unit, row: CheckoutSessionRow): Html {
  const known = row.customer_email ?? unit.find('customer', idOf(row.customer))?.email;
  return html`<label
    >Email <input name="email" type="email" autocomplete="email" value="${known}" ${known ? 'readonly' : ''} required
  /></label>`;
}

const message = (text: { message: string } | null): Html | null =>
  text === null ? null : html`<p>${text.message}</p>`;
