import { LockstepError } from '../../kernel/error.js';

/**
 * An address of the app's own to come back to: on one of the listed origins, or a path, which is taken below the first. What
 * browsers read in another way than parsers do is refused: `//evil`, `/\evil`, `https:evil`, `https://app@evil`, tabs and
 * line breaks, which browsers drop.
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
  const plain = /^[!-[\]-~]{1,2048}$/.test(asked); // printable ASCII but no blank and no backslash
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

// Stripe fills in the session's id where it finds this word, and a parser escapes its braces.
function restored(href: string): string {
  return href.replaceAll('%7BCHECKOUT_SESSION_ID%7D', '{CHECKOUT_SESSION_ID}');
}

function refused(): LockstepError {
  return new LockstepError('return_url_refused', 'Return URL not allowed', {
    hint: 'use a path such as /account, or a URL on an origin of the option billing.returnOrigins',
  });
}
