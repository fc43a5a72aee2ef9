/**
 * What is wrong with a `DATABASE_URL`, and what to do about it. It never quotes the URL: if a character of the password
 * is not encoded, a quote could show a part of the password.
 */
export interface UrlProblem {
  problem: string;
  hint: string;
}

const EXAMPLE = 'write it as postgres://user:password@host:5432/database';
const ENCODE =
  'percent-encode these characters in the user and the password: # is %23, @ is %40, / is %2F, % is %25, ? is %3F, : is %3A';

/** Undefined if the URL can be used. */
export function urlProblem(text: string): UrlProblem | undefined {
  const [, rest] = /^postgres(?:ql)?:\/\/(.*)$/is.exec(text) ?? [];
  if (rest === undefined) return { problem: 'must start with postgres://', hint: EXAMPLE };
  // The URL parser would drop tabs and line ends, so the password would be another one.
  if (/[\u0000-\u001f\u007f]/.test(rest))
    return { problem: 'contains a control character, such as a tab or a line break', hint: ENCODE };
  if (rest.includes('#')) return { problem: 'contains a # that is not encoded', hint: ENCODE };
  const authority = rest.slice(0, Math.max(0, rest.search(/[/?]|$/)));
  if (rest.slice(authority.length).includes('@'))
    return { problem: 'contains an @, or a / or ? before the @, that is not encoded', hint: ENCODE };
  if (!decodes(rest)) return { problem: 'contains a % that does not start an encoded character', hint: ENCODE };
  const hostAndPort = authority.slice(authority.lastIndexOf('@') + 1);
  // Without an @, the text after the : may be a password.
  const port = /:([^:\]]*)$/.exec(hostAndPort)?.[1];
  if (port !== undefined && port !== '' && !isPort(port))
    return { problem: 'has a port that is not a number from 1 to 65535', hint: `${EXAMPLE}; ${ENCODE}` };
  return parses(text) ? undefined : { problem: 'is not a URL', hint: `${EXAMPLE}; ${ENCODE}` };
}

/**
 * The URL without Neon's `endpoint=…` option, which is for clients that do not name their host in TLS
 * (https://neon.com/docs/connect/connection-errors). Node's TLS names it, and every other server refuses the option.
 */
export function withoutEndpoint(url: string): string {
  return url.replace(/([?&])options=([^&]*)(&|$)/, (whole, before: string, value: string, after: string) => {
    const options = decodeURIComponent(value.replaceAll('+', ' ')).split(/\s+/);
    const kept = options.filter((option) => !/^(endpoint|project)=/.test(option));
    if (kept.length === options.length) return whole;
    if (kept.length > 0) return `${before}options=${encodeURIComponent(kept.join(' '))}${after}`;
    return after === '&' ? before : '';
  });
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

// node-postgres keeps a % that does not begin an escape. Escapes that are not UTF-8 it cannot decode.
function decodes(text: string): boolean {
  try {
    decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

function parses(text: string): boolean {
  // Without a host, node-postgres connects to a socket and uses only the user and the database of the URL.
  return URL.canParse(text) || URL.canParse(text.replace('@/', '@socket/'));
}
