import type Stripe from 'stripe';
import { complete } from '../../api/standard.js';
import { decimal, emptyable, hash, integer, needed, oneOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';

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

/** The currencies of Stripe, in the order of its error message (https://docs.stripe.com/currencies). */
const CURRENCIES = (
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp ' +
  'cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr ' +
  'isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr ' +
  'mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd ' +
  'std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw'
).split(' ');
const KNOWN: ReadonlySet<string> = new Set(CURRENCIES);

/** A price made on the spot, which is charged once. */
export const oneTimePriceData = () =>
  hash({
    currency: needed(currencyParam()),
    product: needed(text()),
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: integer(-99_999_999, 99_999_999),
    unit_amount_decimal: decimal(),
  });

/** A currency code that Stripe knows, in lower case. */
export const currencyParam = () => {
  const plain = text();
  return {
    needed: false,
    read: (raw: unknown, at: string): string => {
      const currency = plain.read(raw, at).toLowerCase();
      if (KNOWN.has(currency)) return currency;
      const all = CURRENCIES.join(', ');
      throw invalid(`Invalid currency: ${currency}. Stripe currently supports these currencies: ${all}`, at);
    },
  };
};
