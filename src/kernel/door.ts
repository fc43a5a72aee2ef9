import { LockstepError } from './error.js';

/** The headers in which a browser says where a request comes from. Other programs send only Host. */
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

/** Decides which senders a local server answers. It has no passwords, because it accepts any test key. */
export interface Door {
  /** Why this sender may not use such an address. Undefined if it may. */
  refusal(sender: Sender, use: Use): Refusal | undefined;
  /** The origin of another page that may read the answer: one with a loopback name or an allowed name. */
  guest(sender: Sender): string | undefined;
}

/** The sources of `frame-ancestors` for loopback names. Its grammar does not allow `[::1]`. */
export const LOOPBACK_SOURCES: readonly string[] = ['http', 'https'].flatMap((scheme) =>
  ['127.0.0.1', 'localhost'].map((name) => `${scheme}://${name}:*`),
);

/**
 * The door of a server that listens on the developer's machine. Any web page in a browser can send requests to it, even
 * under the page's own host name, if its DNS points to this machine. So only known host names are answered.
 * @param allowed host names in addition to the loopback ones
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
      // It may have an origin too: a form's POST that another server redirects to this one has one.
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

/** The host name of a Host header, in the form that browsers use. Undefined if it is not valid. */
function nameOf(host: string | undefined): string | undefined {
  if (host === undefined || !/^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);

/** Undefined for the origin `null`, which sandboxed frames, files, and `data:` pages have. */
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
