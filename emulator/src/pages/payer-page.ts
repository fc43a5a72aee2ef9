import { Problem } from '../api/problem.js';
import { finishChallenge, intentOfSecret } from '../nouns/payment-intent/challenge.js';
import type { PaymentIntentRow } from '../nouns/payment-intent/row.js';
import { localMethod } from '../nouns/payment-method/local.js';
import { written } from '../nouns/price/currency.js';
import type { SetupIntentRow } from '../nouns/setup-intent/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import { momentOf } from './dates.js';
import type { Html } from './html.js';
import { html, page } from './html.js';
import { pdf } from './pdf.js';
import { WEB } from './policy.js';
import type { PageReply, PageRequest } from './reply.js';
import { goTo, show } from './reply.js';

type Intent = PaymentIntentRow | SetupIntentRow;

/** Where the payer of a local method is sent; null if the intent waits for no page. */
export function payerAddress({ next_action: action, status }: Intent): string | null {
  if (status !== 'requires_action' || action === null) return null;
  const found = [
    action.redirect_to_url?.url,
    'alipay_handle_redirect' in action ? action.alipay_handle_redirect?.url : null,
    'boleto_display_details' in action ? action.boleto_display_details?.hosted_voucher_url : null,
    'oxxo_display_details' in action ? action.oxxo_display_details?.hosted_voucher_url : null,
    'promptpay_display_qr_code' in action ? action.promptpay_display_qr_code?.hosted_instructions_url : null,
    'wechat_pay_display_qr_code' in action ? action.wechat_pay_display_qr_code?.hosted_instructions_url : null,
    action.verify_with_microdeposits?.hosted_verification_url,
  ].find((url) => url?.includes('/redirect/') === true);
  return found ?? null;
}

/** The page on which the payer of a local method approves or refuses. It leads back to the return address, if there is one. */
export function payerPage({ api, verb, id, form }: PageRequest): PageReply {
  const secret = id.replace(/\/pdf$/, '');
  return api.internally((unit) => {
    const intent = intentOfSecret(unit, secret);
    const method = intent === undefined ? undefined : unit.find('payment_method', idOf(intent.payment_method));
    const local = method === undefined ? undefined : localMethod(method.type);
    if (intent === undefined || local === undefined || intent.status !== 'requires_action') {
      return show(page('Nothing to pay', html`<p>This payment waits for nobody, or no longer does.</p>`), 404);
    }
    if (id !== secret) return voucherPdf(local.title, intent);
    if (verb === 'GET') {
      const back = returnOf(intent);
      const leads = back === null ? WEB : [...WEB, new URL(back).protocol];
      return show(page(local.title, question(intent, local.title, local.shows)), 200, { leads });
    }
    return answered(unit, intent, form.get('answer'));
  });
}

function answered(unit: Unit, intent: Intent, answer: string | null): PageReply {
  const secret = intent.client_secret ?? '';
  try {
    finishChallenge(unit, intent.id, secret, answer === 'approve' ? 'complete' : 'fail');
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return show(page('This cannot be paid', html`<p role="alert">${error.message}</p>`), error.status);
  }
  const { status } = intentOfSecret(unit, secret) ?? intent;
  const paid = status !== 'requires_payment_method';
  const back = returnOf(intent);
  if (back === null) {
    const text = paid ? 'The payment is on its way. You can close this page.' : 'Nothing was paid.';
    return show(page(paid ? 'Thank you' : 'Not paid', html`<p>${text}</p>`));
  }
  const to = new URL(back);
  to.searchParams.set(intent.object, intent.id);
  to.searchParams.set(`${intent.object}_client_secret`, secret);
  to.searchParams.set('redirect_status', paid ? (status === 'processing' ? 'pending' : 'succeeded') : 'failed');
  return goTo(to.href);
}

function returnOf({ next_action: action }: Intent): string | null {
  if (action === null) return null;
  const alipay = 'alipay_handle_redirect' in action ? action.alipay_handle_redirect : undefined;
  return action.redirect_to_url?.return_url ?? alipay?.return_url ?? null;
}

/** What a payer of each kind would be asked, with the two outcomes. */
function question(intent: Intent, title: string, shows: string): Html {
  const amount = 'amount' in intent ? written(intent.amount, intent.currency) : null;
  const what = amount === null ? 'saving this payment method' : `a payment of ${amount}`;
  const voucher = voucherOf(intent);
  const text =
    voucher !== null
      ? `The customer would pay ${amount ?? ''} with this voucher in a shop or at their bank. Choose what happens.`
      : shows === 'verify_with_microdeposits'
        ? `Two small deposits would arrive in the customer’s account, and they would enter the amounts to approve ${what}. Choose what happens.`
        : `${title} would ask the customer to approve ${what} here. Choose what happens.`;
  const qr = shows.endsWith('qr_code') ? html`<p>${picture(title)}</p>` : null;
  return html`<p>${text}</p>
    ${voucher === null ? null : voucherTable(intent, voucher)} ${qr}
    <form method="post">
      <button name="answer" value="approve">${voucher === null ? 'Approve' : 'Pay the voucher'}</button>
      <button class="quiet" name="answer" value="refuse">${voucher === null ? 'Refuse' : 'Let it fail'}</button>
    </form>`;
}

interface Voucher {
  number: string;
  until: number;
  pdf: string | null;
}

function voucherOf({ next_action: action }: Intent): Voucher | null {
  if (action === null) return null;
  const boleto = 'boleto_display_details' in action ? action.boleto_display_details : undefined;
  const oxxo = 'oxxo_display_details' in action ? action.oxxo_display_details : undefined;
  const number = boleto?.number ?? oxxo?.number;
  if (number == null) return null;
  return { number, until: boleto?.expires_at ?? oxxo?.expires_after ?? 0, pdf: boleto?.pdf ?? null };
}

const voucherTable = (intent: Intent, { number, until, pdf: file }: Voucher): Html =>
  html`<table>
      <tr>
        <td>Number</td>
        <td>${number}</td>
      </tr>
      <tr>
        <td>Valid until</td>
        <td>${momentOf(until)}</td>
      </tr>
    </table>
    ${file === null ? null : html`<p><a href="${intent.client_secret}/pdf">Download the voucher</a></p>`}`;

function voucherPdf(title: string, intent: Intent): PageReply {
  const voucher = voucherOf(intent);
  const amount = 'amount' in intent ? written(intent.amount, intent.currency) : '';
  const lines = [`${title} voucher of a local emulator`, amount, voucher?.number ?? ''];
  if (voucher !== null) lines.push(`Valid until ${momentOf(voucher.until)}`);
  return { status: 200, headers: { 'content-type': 'application/pdf' }, body: pdf(lines) };
}

const picture = (title: string): Html =>
  html`<img src="data:image/svg+xml,${encodeURIComponent(SVG)}" alt="The place of the ${title} code" width="160" />`;

/** In the place of a code that a phone would scan. No phone can, so it only says where the code would be. */
const CORNERS = [
  [12, 12],
  [108, 12],
  [12, 108],
].map(([x, y]) => `<rect x="${x}" y="${y}" width="40" height="40" fill="none" stroke="#1b1d1f" stroke-width="8"/>`);
const LABEL = '<text x="80" y="84" font-family="sans-serif" font-size="11" text-anchor="middle">local emulator</text>';
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><rect width="160" height="160" fill="#fff"/>${CORNERS.join('')}${LABEL}</svg>`;

/** The same picture by its own address, for the app's page. */
export const qrPicture = (): PageReply => ({
  status: 200,
  headers: {
    'content-type': 'image/svg+xml',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'cross-origin',
  },
  body: SVG,
});
