import type { Api } from '../api/api.js';
import { Problem } from '../api/problem.js';
import { openLink } from '../resources/payment-link.js';
import { checkoutPage, doneLink } from './checkout-page.js';
import { html, page } from './html.js';
import { portalPage } from './portal-page.js';

export interface PageReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A page's address, the last part of it, and what a form sent. */
export interface PageRequest {
  api: Api;
  verb: 'GET' | 'POST';
  id: string;
  form: URLSearchParams;
}

export const show = (body: string, status = 200): PageReply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  body,
});
export const goTo = (location: string): PageReply => ({ status: 303, headers: { location }, body: '' });

/** The pages that a customer is sent to: what Stripe hosts itself. */
const pages: readonly [beginning: string, answer: (request: PageRequest) => PageReply][] = [
  ['/c/pay/', checkoutPage],
  ['/c/done', () => show(page('Thank you', html`<p>Everything is done. You may close this page.</p>`))],
  [
    '/b/',
    ({ api, id }) => {
      const url = api.internally((unit) => openLink(unit, id));
      return url === null ? doneLink('This link is no longer active.') : goTo(url);
    },
  ],
  ['/p/session/', portalPage],
];

/** Answers an address of one of these pages; undefined for any other. */
export function customerPage(api: Api, verb: string, path: string, body: string): PageReply | undefined {
  const found = pages.find(([beginning]) => path.startsWith(beginning));
  if (found === undefined || (verb !== 'GET' && verb !== 'POST')) return undefined;
  const [beginning, answer] = found;
  try {
    return answer({ api, verb, id: path.slice(beginning.length), form: new URLSearchParams(body) });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return show(page('This did not work', html`<p role="alert">${error.message}</p>`), error.status);
  }
}
