import { LockstepError } from './error.js';

/** The headers by which a browser says where a request comes from; programs send none of them but Host. */
export interface Sender {
  host: string | undefined;
  origin: string | undefined;
  /** `Sec-Fetch-Site`, `Sec-Fetch-Mode`, `Sec-Fetch-Dest`. */
  site: string | undefined;
  mode: string | undefined;
  dest: string | undefined;
  method: string;
}

/**
 * Who may use an address:
 * - `own`: programs, and the server's own pages.
 * - `page`: also requests that follow a link to it.
 * - `framed`: also a page that shows it in a frame. Its `frame-ancestors` says which pages may.
 * - `shared`: also pages of loopback and allowed names, by `fetch`.
 * - `script`: every page, by a script tag.
 */
export type Use = 'own' | 'page' | 'framed' | 'shared' | 'script';

/** Why a request is refused, and what to do about it. */
export interface Refusal {
  message: string;
  hint: string;
}

/** What a local server believes of a request's sender. It has no password: any test key is a good one. */
export interface Door {
  /** Why this sender may not use such an address; undefined when it may. */
  refusal(sender: Sender, use: Use): Refusal | undefined;
  /** The origin of another page that is allowed to read the answer: one of a loopback or an allowed name. */
  guest(sender: Sender): string | undefined;
}

/** The sources of `frame-ancestors` that stand for loopback names. The grammar has no place for `[::1]`. */
export const LOOPBACK_SOURCES: readonly string[] = ['http', 'https'].flatMap((scheme) =>
  ['127.0.0.1', 'localhost'].map((name) => `${scheme}://${name}:*`),
);

/**
 * The door of a server that listens on this machine for its developer. A web page that a browser shows can send requests to
 * it, also under a name of its own that its DNS points here. So only known names are answered, and other pages get nothing.
 * @param allowed host names besides the loopback ones
 * @throws LockstepError `option_invalid` if one of them is not a host name
 */
export function openDoor(allowed: readonly string[] = []): Door {
  const names = new Set(allowed.map(checkedName));
  const isKnown = (host: string | undefined): boolean => {
    const name = nameOf(host);
    return name !== undefined && (isLoopback(name) || names.has(name));
  };
  const isOwn = ({ host, origin }: Sender): boolean => origin === undefined || hostOfOrigin(origin) === host;
  const guest = (sender: Sender): string | undefined =>
    sender.origin !== undefined && !isOwn(sender) && isKnown(hostOfOrigin(sender.origin)) ? sender.origin : undefined;
  return {
    guest,
    refusal(sender, use) {
      const { host, origin, site, mode, dest, method } = sender;
      if (!isKnown(host)) return unknownHost(host);
      if (use === 'script') return undefined;
      const isOwnOrigin = isOwn(sender);
      const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
      if (isOwnOrigin && isOwnSite) return undefined;
      if (use === 'shared') return guest(sender) === undefined ? foreign(origin) : undefined;
      // With an origin as well: a form that another server answers with a redirect leads here so.
      const isNavigation = method === 'GET' && mode === 'navigate';
      if (use === 'page' && isNavigation && dest === 'document') return undefined;
      if (use === 'framed' && isNavigation && (dest === 'document' || dest === 'iframe')) return undefined;
      return foreign(origin);
    },
  };
}

function checkedName(given: string): string {
  const name = /[:/@?#]/.test(given.replace(/^\[.*\]$/, '')) ? undefined : nameOf(given);
  if (name !== undefined) return name;
  throw new LockstepError('option_invalid', `"${given}" is not a host name`, {
    hint: 'give only the name, such as stripe.local, without scheme, port or path',
    facts: { name: given },
  });
}

/** The host name of a Host header, as a browser would write it; undefined for what is none. */
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);

/** `null` is the origin of pages without one: sandboxed frames, files, `data:` addresses. */
const hostOfOrigin = (origin: string): string | undefined => /^https?:\/\/([^/]+)$/.exec(origin)?.[1];

function unknownHost(host: string | undefined): Refusal {
  const name = nameOf(host);
  if (name === undefined) return { message: 'The Host header is missing or invalid', hint: 'send a Host header' };
  return {
    message: `This server does not accept requests for the host '${name.slice(0, 100)}'`,
    hint: `if this name is yours, start the server with --allow-host ${name.slice(0, 100)}`,
  };
}

const foreign = (origin: string | undefined): Refusal => ({
  message: `Cross-origin request refused${origin === undefined ? '' : ` (from ${origin.slice(0, 100)})`}`,
  hint: 'send it from your server, or open the URL directly',
});
