const TEXT_MAX = 500;

/** Ids that say which account or event it is. Every other id, and every key, loses its letters. */
const SHOWN = new Set(['acct', 'evt']);

/**
 * A text that may leave the house: no key, secret, password, email address, card number, or id of a customer or of
 * another object. Errors of Stripe, of the database, and the reasons that operators give may have them.
 */
export function redacted(text: string): string {
  return text
    .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, '(an address)')
    .replaceAll(/[^\s<>"',;:()]+@[^\s<>"',;:()]+\.[a-z]+/gi, '(an email address)')
    .replaceAll(
      /\b([a-z]+)((?:_[a-z]+)*)_(?=[A-Za-z]*\d|[a-z]*[A-Z]|\*)[\w*]{4,}/g,
      (id, first: string, more: string) => (SHOWN.has(first) ? id : `${first}${more}_…`),
    )
    .replaceAll(/\b\d(?:[ -]?\d){11,18}\b/g, '(a number)')
    .slice(0, TEXT_MAX);
}
