import type { Api } from '../api/api.js';
import { Problem } from '../api/problem.js';
import { fileOfPage } from '../nouns/file/operations.js';
import { recoverCheckout } from '../nouns/checkout-session/recover.js';
import { intentOfSecret } from '../nouns/payment-intent/challenge.js';
import { invoiceOfPage } from '../nouns/invoice/page.js';
import { linkOfPage, openLink } from '../nouns/payment-link/open.js';
import { sessionOfPage } from '../nouns/portal-session/operations.js';
import { sessionOfSecret } from '../nouns/verification-session/verify.js';
import type { Unit } from '../state/unit.js';
import { challengePage } from './challenge-page.js';
import { checkoutPage, doneLink } from './checkout-page.js';
import { expressPage, onboardingPage } from './connect-page.js';
import { creditNoteOfPage, creditNotePage } from './credit-note-page.js';
import type { Html } from './html.js';
import { html, page, withHeader } from './html.js';
import { invoicePage } from './invoice-page.js';
import { payerPage, qrPicture } from './payer-page.js';
import { portalPage } from './portal-page.js';
import type { PageReply, PageRequest, PageWork } from './reply.js';
import { goTo, show } from './reply.js';
import { verifyPage } from './verify-page.js';

interface Page {
  beginning: string;
  /** What the page is, in the title of a link that leads nowhere. */
  name?: string;
  /** What it is about, in the account that has it. */
  about?: (unit: Unit, id: string) => unknown;
  answer: (request: PageRequest) => PageReply;
}

/** The pages that a customer is sent to: what Stripe hosts itself. */
const pages: readonly Page[] = [
  {
    beginning: '/c/pay/',
    name: 'checkout',
    about: (unit, id) => unit.find('checkout.session', id),
    answer: checkoutPage,
  },
  {
    beginning: '/c/done',
    answer: () => show(page('Thank you', html`<p>You can close this page.</p>`)),
  },
  {
    beginning: '/b/',
    name: 'payment',
    about: linkOfPage,
    answer: ({ api, id }) => {
      const url = api.internally((unit) => openLink(unit, id));
      return url === null ? doneLink('This link is no longer active.') : goTo(url);
    },
  },
  {
    beginning: '/r/',
    name: 'checkout',
    about: (unit, id) => unit.find('checkout.session', id),
    answer: ({ api, id }) => {
      const url = api.internally((unit) => recoverCheckout(unit, id)?.url ?? null);
      return url === null ? doneLink('This link is no longer active.') : goTo(url);
    },
  },
  { beginning: '/p/session/', name: 'portal', about: sessionOfPage, answer: portalPage },
  { beginning: '/3d_secure/', name: '3-D Secure', about: intentOfSecret, answer: challengePage },
  {
    beginning: '/redirect/',
    name: 'payment',
    about: (unit, id) => intentOfSecret(unit, id.replace(/\/pdf$/, '')),
    answer: payerPage,
  },
  { beginning: '/connect/onboarding/', answer: onboardingPage },
  { beginning: '/connect/login/', answer: expressPage },
  { beginning: '/qr/', answer: qrPicture },
  { beginning: '/verify/', name: 'verification', about: sessionOfSecret, answer: verifyPage },
  { beginning: '/i/', name: 'invoice', about: invoiceOfPage, answer: invoicePage },
  { beginning: '/credit_notes/', name: 'credit note', about: creditNoteOfPage, answer: creditNotePage },
  {
    beginning: '/files/',
    about: fileOfPage,
    answer: ({ api, id }) => {
      const file = api.internally((unit) => fileOfPage(unit, id));
      if (file === undefined) return doneLink('No such file.');
      const type = { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' };
      return { status: 200, headers: type, body: Buffer.from(file.hidden.content, 'latin1') };
    },
  },
];

/** Answers an address of one of these pages; undefined for any other. @param sign what each of them says above all */
export function customerPage(api: Api, asked: PageAsked, sign: Html | null): PageReply | undefined {
  const reply = answered(api, asked);
  return reply === undefined || sign === null || typeof reply.body !== 'string'
    ? reply
    : { ...reply, body: withHeader(reply.body, sign) };
}

export interface PageAsked {
  verb: string;
  path: string;
  body: string;
}

function answered(api: Api, { verb, path, body }: PageAsked): PageReply | undefined {
  const found = pages.find(({ beginning }) => path.startsWith(beginning));
  if (found === undefined || (verb !== 'GET' && verb !== 'POST')) return undefined;
  const { beginning, name, about, answer } = found;
  const id = path.slice(beginning.length);
  const store = about === undefined ? undefined : api.storeWith((unit) => about(unit, id) !== undefined);
  const own: PageWork = { internally: (work) => api.internally(work, store) };
  try {
    return answer({ api: own, verb, id, form: new URLSearchParams(body) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 404 && name !== undefined) {
      return show(page(`This ${name} link is not valid`, html`<p>Check the address, or ask for a new link.</p>`), 404);
    }
    return show(page('Something went wrong', html`<p role="alert">${error.message}</p>`), error.status);
  }
}
