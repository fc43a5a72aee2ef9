import type { Unit } from '../state/unit.js';
import { html, page } from './html.js';
import type { HostedPolicy } from './policy.js';
import { hostedPagePolicy } from './policy.js';

export interface PageReply {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/** Work in the account whose page it is. */
export interface PageWork {
  internally<T>(work: (unit: Unit) => T): T;
}

/** A page's address, the last part of it, and what a form sent. */
export interface PageRequest {
  api: PageWork;
  verb: 'GET' | 'POST';
  id: string;
  form: URLSearchParams;
}

/** @param opens who may show the page in a frame, and where its forms may lead; default nobody, and this server */
export const show = (body: string, status = 200, opens: HostedPolicy = {}): PageReply => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...hostedPagePolicy(opens),
  },
  body,
});

/** Sends a browser on. An address that would run as a script leads nowhere. */
export const goTo = (location: string): PageReply =>
  /^(\/|[a-z][a-z0-9+.-]*:\/\/)/i.test(location) && !/^(javascript|data|vbscript):/i.test(location)
    ? { status: 303, headers: { location: printable(location) }, body: '' }
    : show(page('Cannot return', html`<p>The return URL is not the address of a page.</p>`), 404);

/** A header holds printable ASCII; a browser encodes the rest in the same way. */
const printable = (location: string): string =>
  location.replace(/[^!-~]/gu, (sign) =>
    encodeURIComponent(/[\ud800-\udfff]/.test(sign) && sign.length === 1 ? '' : sign),
  );
