import { LockstepError } from '../../kernel/error.js';

/**
 * Checks a URL that Stripe's page may return to. It is on one of the listed origins, or a path below the first one.
 * Texts that browsers and URL parsers understand differently are refused: `//evil`, `/\evil`, `https:evil`,
 * `https://app@evil`, and tabs and line breaks, which browsers drop.
 * @throws return_url_refused
 */
export function returnUrl(asked: string, origins: readonly string[]): string {
  const [first] = origins;
  if (first === undefined) {
    throw new LockstepError('return_url_refused', 'No return URL is allowed', {
      hint: "list the app's origin in the option billing.returnOrigins",
    });
  }
  const isPath = /^\/(?![/\\])/.test(asked);
  const plain = /^[!-[\]-~]{1,2048}$/.test(asked); // printable ASCII without blanks and backslashes
  if (!plain || !(isPath || /^https?:\/\/[^/]/.test(asked))) throw refused();
  const url = parse(asked, first);
  if (url === undefined || url.username !== '' || url.password !== '') throw refused();
  if (!origins.some((origin) => new URL(origin).origin === url.origin)) throw refused();
  return restored(url.href);
}

function parse(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

// Stripe replaces this word with the session's id, but the URL parser has escaped its braces.
function restored(href: string): string {
  return href.replaceAll('%7BCHECKOUT_SESSION_ID%7D', '{CHECKOUT_SESSION_ID}');
}

function refused(): LockstepError {
  return new LockstepError('return_url_refused', 'Return URL not allowed', {
    hint: 'use a path such as /account, or a URL on an origin of the option billing.returnOrigins',
  });
}
