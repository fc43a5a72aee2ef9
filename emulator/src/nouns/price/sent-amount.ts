import type { PriceRow, Tier } from './row.js';

export interface TierSent {
  flat_amount?: number;
  flat_amount_decimal?: string;
  unit_amount?: number;
  unit_amount_decimal?: string;
  up_to: number | 'inf';
}

/** An amount in both of its forms. */
export function amounts(
  amount: number | undefined,
  written: string | undefined,
  none: () => never,
): Pick<PriceRow, 'unit_amount' | 'unit_amount_decimal'> {
  if (amount !== undefined) return { unit_amount: amount, unit_amount_decimal: String(amount) };
  if (written === undefined) return none();
  const number = Number(written);
  return { unit_amount: Number.isInteger(number) ? number : null, unit_amount_decimal: written };
}

export function tier(sent: TierSent): Tier {
  return {
    flat_amount: sent.flat_amount ?? null,
    flat_amount_decimal: sent.flat_amount_decimal ?? (sent.flat_amount === undefined ? null : String(sent.flat_amount)),
    unit_amount: sent.unit_amount ?? null,
    unit_amount_decimal: sent.unit_amount_decimal ?? (sent.unit_amount === undefined ? null : String(sent.unit_amount)),
    up_to: sent.up_to === 'inf' ? null : sent.up_to,
  };
}
