import type { PriceRow, Tier } from './row.js';

/** What `quantity` of a price costs, in whole minor units. */
export function amountOf(price: PriceRow, quantity: number): number {
  const counted = countedBy(price, quantity);
  if (price.billing_scheme === 'tiered') return tiered(price.tiers ?? [], price.tiers_mode, counted);
  return Math.round(Number(price.unit_amount_decimal ?? price.unit_amount ?? 0) * counted);
}

/** A quantity as the price counts it: in packages, if it is for packages. */
export const countedBy = ({ transform_quantity: packages }: PriceRow, quantity: number): number =>
  packages === null ? quantity : transformed(quantity, packages);

function transformed(quantity: number, { divide_by, round }: { divide_by: number; round: string }): number {
  return round === 'up' ? Math.ceil(quantity / divide_by) : Math.floor(quantity / divide_by);
}

function tiered(tiers: readonly Tier[], mode: string | null, quantity: number): number {
  if (mode === 'volume') {
    const tier = tiers[volumeTier(tiers, quantity)];
    return tier === undefined ? 0 : Math.round(cost(tier, quantity));
  }
  return graduated(tiers, quantity).reduce((sum, { amount }) => sum + amount, 0);
}

/** A part of a quantity, at what its tier costs. */
export interface TierPart {
  /** 1 for the first. */
  tier: number;
  count: number;
  amount: number;
  unitAmount: string;
}

/** The parts of a quantity by the tiers that it reaches. Each is a line of an invoice, so each is rounded by itself. */
export function graduated(tiers: readonly Tier[], quantity: number): TierPart[] {
  const parts: TierPart[] = [];
  let below = 0;
  for (const [index, tier] of tiers.entries()) {
    if (quantity <= below && below > 0) break;
    const count = Math.min(quantity, tier.up_to ?? Infinity) - below;
    parts.push({
      tier: index + 1,
      count,
      amount: Math.round(cost(tier, count)),
      unitAmount: tier.unit_amount_decimal ?? '0',
    });
    below = tier.up_to ?? Infinity;
  }
  return parts;
}

const cost = (tier: Tier, count: number): number =>
  Number(tier.flat_amount_decimal ?? 0) + Number(tier.unit_amount_decimal ?? 0) * count;

/** Which tier a whole quantity is in, when all of it costs what that tier says. */
export const volumeTier = (tiers: readonly Tier[], quantity: number): number =>
  tiers.findIndex(({ up_to }) => up_to === null || quantity <= up_to);

/** The tax on an amount. An inclusive tax is already part of the amount. */
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
