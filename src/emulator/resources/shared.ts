import type Stripe from 'stripe';
import { complete } from '../api/standard.js';
import { emptyable, hash, text } from '../api/params.js';

/** Parameters that many calls have. */
export const addressParam = () =>
  hash({
    city: emptyable(text()),
    country: emptyable(text()),
    line1: emptyable(text()),
    line2: emptyable(text()),
    postal_code: emptyable(text()),
    state: emptyable(text()),
  });

const ADDRESS_KEYS = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'] as const;

export function fullAddress(
  sent: { [key in (typeof ADDRESS_KEYS)[number]]?: string | null } | null | undefined,
): Stripe.Address | null {
  return complete(ADDRESS_KEYS, sent);
}

/** Three small letters. */
export const currencyParam = () => {
  const plain = text(3);
  return { needed: false, read: (raw: unknown, at: string): string => plain.read(raw, at).toLowerCase() };
};
