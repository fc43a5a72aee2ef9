/** Formats an amount of Stripe's, in the currency's smallest unit: 1999 usd is $19.99, 1999 jpy is ¥1,999. */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
