import { invalid } from '../../api/problem.js';

/** The currencies whose amounts have no decimals. ISK and UGX are counted in hundredths (https://docs.stripe.com/currencies). */
const NONE: ReadonlySet<string> = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE: ReadonlySet<string> = new Set('bhd jod kwd omr tnd'.split(' '));

/** How many decimals an amount of the API has. */
const decimalsOf = (currency: string): number => (NONE.has(currency) ? 0 : THREE.has(currency) ? 3 : 2);

/**
 * The smallest charge (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). Stripe converts an amount in
 * another currency and compares that. There are no rates here, so another currency has no minimum.
 */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

/** Whether Stripe charges as little as this. */
export const isChargeable = (amount: number, currency: string): boolean => amount >= (MINIMUM[currency] ?? 1);

/** @throws Problem `amount_too_small`, about the parameter `amount` or about a sum */
export function checkChargeable(
  amount: number,
  currency: string,
  what: { is: string; param?: string } = { is: 'Amount must be', param: 'amount' },
): void {
  if (isChargeable(amount, currency)) return;
  const least = written(MINIMUM[currency] ?? 1, currency);
  throw invalid(`${what.is} at least ${least} ${currency}`, what.param, 'amount_too_small');
}

/** Cached: making one takes longer than all the rest of an invoice line. */
const formats = new Map<string, Intl.NumberFormat | null>();

function formatOf(currency: string): Intl.NumberFormat | null {
  const known = formats.get(currency);
  if (known !== undefined) return known;
  let made: Intl.NumberFormat | null = null;
  try {
    const digits = decimalsOf(currency);
    made = new Intl.NumberFormat('en-US', {
      style: 'currency',
      currency: currency.toUpperCase(),
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  } catch {
    // The runtime does not know the currency.
  }
  formats.set(currency, made);
  return made;
}

/** An amount as people type it: `15.00`. */
export const decimalWritten = (amount: number, currency: string): string =>
  (amount / 10 ** decimalsOf(currency)).toFixed(decimalsOf(currency));

/** What people typed, in minor units. @throws Problem for what is no amount */
export function minorOf(typed: string | undefined, currency: string): number | undefined {
  if (typed === undefined) return undefined;
  if (!/^\d{1,12}(\.\d{1,3})?$/.test(typed.trim())) throw invalid('Please enter an amount, such as 15.00.', 'amount');
  return Math.round(Number(typed) * 10 ** decimalsOf(currency));
}

/** As Stripe writes it on invoice lines: `$15.00`. */
export function written(amount: number, currency: string): string {
  const value = amount / 10 ** decimalsOf(currency);
  return formatOf(currency)?.format(value) ?? `${value} ${currency.toUpperCase()}`;
}
