import type { Unit } from '../../state/unit.js';
import type { CouponRow } from './row.js';

/** Whether a coupon can still be redeemed. */
export const isValid = (unit: Unit, { valid, redeem_by: by }: Pick<CouponRow, 'redeem_by' | 'valid'>): boolean =>
  valid && (by === null || by > unit.now);
