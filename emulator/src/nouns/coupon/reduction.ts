import type { CouponRow } from './row.js';

/** What a coupon takes off an amount. An amount off counts in the coupon's own currency alone. */
export function reductionOf(coupon: CouponRow, amount: number, currency: string): number {
  if (coupon.percent_off !== null) return Math.round((amount * coupon.percent_off) / 100);
  return coupon.currency === currency ? Math.max(0, Math.min(coupon.amount_off ?? 0, amount)) : 0;
}
