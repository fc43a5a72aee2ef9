/**
 * Formats an amount in minor units with its currency: `1000, 'eur'` → `€10.00`.
 * `null` becomes a dash. A tiered price, for example, does not have one amount.
 */
export function money(amount: number | null | undefined, currency: string): string {
  if (amount === null || amount === undefined) return '–';
  return formatOf(currency).format(amount / 10 ** minorDigits(currency));
}

/** A format is slow to make, and a table has one amount a row. */
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known !== undefined) return known;
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: currency.toUpperCase(),
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(currency, format);
  return format;
}

/** Parses a typed amount (`10`, `10.5`, `1,50`) into minor units. Null if it is not an amount in that currency. */
export function minorUnits(typed: string, currency: string): number | null {
  const match = /^(\d{1,10})(?:[.,](\d+))?$/.exec(typed.trim());
  if (!match) return null;
  const digits = minorDigits(currency);
  const fraction = match[2] ?? '';
  if (fraction.length > digits) return null;
  return Number(match[1] ?? '') * 10 ** digits + Number(fraction.padEnd(digits, '0') || '0');
}

/** Formats an amount for an input field, without the currency: `1050, 'eur'` → `10.50`. */
export function decimal(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  return (amount / 10 ** digits).toFixed(digits);
}

/** `€10.00 / month`, `€25.00 / 3 months`, `€99.00 once`. */
export function priceText(price: {
  unit_amount: number | null;
  currency: string;
  recurring: { interval: string; interval_count: number } | null;
}): string {
  const amount = money(price.unit_amount, price.currency);
  if (!price.recurring) return `${amount} once`;
  const { interval, interval_count } = price.recurring;
  return interval_count === 1 ? `${amount} / ${interval}` : `${amount} / ${interval_count} ${interval}s`;
}

// https://docs.stripe.com/currencies: not the same list as ISO 4217 (Stripe counts ISK and UGX in hundredths).
const minor: Readonly<Record<number, readonly string[]>> = {
  0: ['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'],
  3: ['bhd', 'jod', 'kwd', 'omr', 'tnd'],
};

function minorDigits(currency: string): number {
  const found = Object.entries(minor).find(([, list]) => list.includes(currency.toLowerCase()));
  return found ? Number(found[0]) : 2;
}
