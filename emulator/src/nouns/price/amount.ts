import type { PriceRow, Tier } from './row.js';

/** What `quantity` of a price costs, in whole minor units. */
export function amountOf(price: PriceRow, quantity: number): number {
  const counted = price.transform_quantity === null ? quantity : transformed(quantity, price.transform_quantity);
  if (price.billing_scheme === 'tiered') return tiered(price.tiers ?? [], price.tiers_mode, counted);
  return Math.round(Number(price.unit_amount_decimal ?? price.unit_amount ?? 0) * counted);
}

function transformed(quantity: number, { divide_by, round }: { divide_by: number; round: string }): number {
  return round === 'up' ? Math.ceil(quantity / divide_by) : Math.floor(quantity / divide_by);
}

function tiered(tiers: readonly Tier[], mode: string | null, quantity: number): number {
  const cost = (tier: Tier, count: number): number =>
    Number(tier.flat_amount_decimal ?? 0) + Number(tier.unit_amount_decimal ?? 0) * count;
  if (mode === 'volume') {
    const tier = tiers.find(({ up_to }) => up_to === null || quantity <= up_to);
    return tier === undefined ? 0 : Math.round(cost(tier, quantity));
  }
  let total = 0;
  let below = 0;
  for (const tier of tiers) {
    if (quantity <= below && below > 0) break;
    const count = Math.min(quantity, tier.up_to ?? Infinity) - below;
    total += cost(tier, count);
    below = tier.up_to ?? Infinity;
  }
  return Math.round(total);
}

/** The tax on an amount; an inclusive one is already in it. */
export function taxOf(amount: number, percentage: number, inclusive: boolean): number {
  return Math.round(inclusive ? (amount * percentage) / (100 + percentage) : (amount * percentage) / 100);
}

/** Spreads a sum over parts in proportion to their amounts. The largest remainders get the cents that rounding left. */
export function spread(sum: number, amounts: readonly number[]): number[] {
  const whole = amounts.reduce((all, amount) => all + amount, 0);
  if (whole === 0) return amounts.map(() => 0);
  const exact = amounts.map((amount) => (sum * amount) / whole);
  const shares = exact.map((share) => Math.floor(share));
  const left = sum - shares.reduce((all, share) => all + share, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  for (const { index } of byRemainder.slice(0, left)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}
