import type { Unit } from '../../state/unit.js';
import type { Sums } from '../item/operations.js';
import { itemsOf } from '../item/operations.js';
import type { PriceRow } from '../price/row.js';
import { anchorOf } from '../subscription/anchor-config.js';
import { after } from '../subscription/period.js';
import type { CheckoutSent } from './create.js';

/**
 * What is due today if the billing cycle begins later: of what recurs, the part of a period that is left until then, or
 * nothing without prorations (https://docs.stripe.com/payments/checkout/billing-cycle). Undefined without an anchor.
 */
export function firstPeriod(unit: Unit, id: string, { subscription_data: data }: CheckoutSent): Sums | undefined {
  if (data?.billing_cycle_anchor === undefined && data?.billing_cycle_anchor_config === undefined) return undefined;
  const lines = itemsOf(unit, id).map((line) => ({ line, price: unit.need('price', line.price) }));
  const recurring = lines.flatMap(({ price }) => (price.recurring === null ? [] : [price]));
  const anchor = anchorOf(unit.now, data, recurring) ?? unit.now;
  const sums: Sums = { subtotal: 0, discount: 0, tax: 0, total: 0 };
  for (const { line, price } of lines) {
    const free = data.proration_behavior === 'none' && price.recurring !== null;
    const part = free ? 0 : partOf(unit.now, anchor, price);
    sums.subtotal += Math.round(line.amount_subtotal * part);
    sums.discount += Math.round(line.amount_discount * part);
    sums.tax += Math.round(line.amount_tax * part);
    sums.total += Math.round(line.amount_total * part);
  }
  return sums;
}

function partOf(now: number, anchor: number, { recurring }: PriceRow): number {
  if (recurring === null) return 1;
  return Math.min(1, (anchor - now) / (anchor - after(anchor, recurring.interval, -recurring.interval_count)));
}
