import { Problem, missing } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import { attach } from '../nouns/payment-method/attach.js';
import { finishChallenge } from '../nouns/payment-intent/challenge.js';
import { invoiceOfPage } from '../nouns/invoice/page.js';
import { payNow } from '../nouns/invoice/pay.js';
import type { InvoiceRow } from '../nouns/invoice/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { cardFields, enteredCard } from './card-fields.js';
import { challengeForm } from './challenge-page.js';
import type { Html } from './html.js';
import { html, page } from './html.js';
import type { PageReply, PageRequest, PageWork } from './reply.js';
import { goTo, show } from './reply.js';
import { pdf } from './pdf.js';

/** The page on which a customer sees and pays a finalized invoice. Below it is the same as a PDF. */
export function invoicePage({ api, verb, id, form }: PageRequest): PageReply {
  if (id.endsWith('/pdf')) return asPdf(api, id);
  try {
    if (verb === 'POST') {
      api.internally((unit) => pay(unit, found(unit, id), form));
      return goTo(`/i/${id}`);
    }
    return view(api, id);
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 404) throw error;
    return waits(api, id) ? goTo(`/i/${id}`) : view(api, id, error.message);
  }
}

function found(unit: Unit, slug: string): InvoiceRow {
  const row = invoiceOfPage(unit, slug);
  if (row === undefined) throw missing('invoice', slug, 'id', 404);
  return row;
}

function pay(unit: Unit, row: InvoiceRow, form: URLSearchParams): void {
  const answer = form.get('challenge');
  const intent = challenged(unit, row);
  if (answer !== null && intent !== undefined) {
    finishChallenge(unit, intent.id, intent.client_secret, answer);
    return;
  }
  const method = attach(unit, enteredCard(unit, form).id, idOf(row.customer) ?? '', 'payment_method');
  payNow(unit, row, { paymentMethod: method.id, offSession: false });
}

/** The payment whose challenge the customer has to answer. */
function challenged(unit: Unit, row: InvoiceRow) {
  const intent = unit.find('payment_intent', row.hidden.payment_intent);
  return intent?.status === 'requires_action' ? intent : undefined;
}

const waits = (api: PageWork, slug: string): boolean =>
  api.internally((unit) => challenged(unit, found(unit, slug)) !== undefined);

function view(api: PageWork, slug: string, problem?: string): PageReply {
  return api.internally((unit) => {
    const row = found(unit, slug);
    const content = html`<p>${row.customer_name ?? row.customer_email}, ${row.status}</p>
      <table>
        ${entries(unit, row).map(
          ([name, amount]) =>
            html`<tr>
              <td>${name}</td>
              <td>${amount}</td>
            </tr>`,
        )}
      </table>
      ${problem === undefined ? null : html`<p role="alert">${problem}</p>`}
      ${row.status !== 'open' ? null : challenged(unit, row) === undefined ? payment() : challengeForm}
      <p><a href="${slug.split('/').at(-1)}/pdf">Download as PDF</a></p>`;
    return show(page(`Invoice ${row.number ?? ''}`, content), problem === undefined ? 200 : 402);
  });
}

/** The lines and what they add up to. */
function entries(unit: Unit, row: InvoiceRow): [name: string, amount: string][] {
  const money = (amount: number): string => written(amount, row.currency);
  const off = (row.total_discount_amounts ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const tax = (row.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  return [
    ...unit
      .all('line_item', 'invoice', row.id)
      .map(({ description, amount }): [string, string] => [description ?? '', money(amount)]),
    ...(off === 0 ? [] : [['Discount', money(-off)] as [string, string]]),
    ...(tax === 0 ? [] : [['Tax', money(tax)] as [string, string]]),
    ['Total', money(row.total)],
    ['Amount due', money(row.amount_remaining)],
  ];
}

const payment = (): Html =>
  html`<form method="post">
    ${cardFields()}
    <button>Pay</button>
  </form>`;

function asPdf(api: PageWork, slug: string): PageReply {
  return api.internally((unit) => {
    const row = found(unit, slug);
    const lines = entries(unit, row).map(([name, amount]) => `${name}   ${amount}`);
    const body = pdf([`Invoice ${row.number ?? ''}`, `${row.customer_name ?? row.customer_email ?? ''}`, '', ...lines]);
    return { status: 200, headers: { 'content-type': 'application/pdf' }, body };
  });
}
