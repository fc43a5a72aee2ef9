import { minorUnits } from '../../../web/shared/money.js';
import type { Params } from '../api.js';

/** The form fields of a new coupon. */
export interface CouponTyped {
  readonly name: string;
  /** `percent` or `amount` */
  readonly kind: string;
  readonly off: string;
  readonly currency: string;
  readonly duration: string;
  readonly months: string;
  readonly max: string;
}

/** The error messages by field. Empty if the form can be sent. */
export function readCoupon(typed: CouponTyped): Partial<Record<keyof CouponTyped, string>> {
  return {
    ...(typed.kind === 'percent' && percentOf(typed.off) === null ? { off: 'Enter a number above 0, up to 100' } : {}),
    ...(typed.kind === 'amount' && !minorUnits(typed.off, typed.currency)
      ? { off: 'Enter an amount such as 5.00' }
      : {}),
    ...(typed.duration === 'repeating' && !/^[1-9]\d{0,2}$/.test(typed.months.trim())
      ? { months: 'Enter whole months' }
      : {}),
    ...(/^([1-9]\d{0,8})?$/.test(typed.max.trim()) ? {} : { max: 'Enter a whole number, or leave it empty' }),
  };
}

/** The API parameters of the form. It must have no errors. */
export function couponParams(typed: CouponTyped): Params {
  const { currency, duration } = typed;
  return {
    name: typed.name.trim() || undefined,
    ...(typed.kind === 'percent'
      ? { percent_off: percentOf(typed.off) ?? undefined }
      : { amount_off: minorUnits(typed.off, currency) ?? undefined, currency }),
    duration,
    duration_in_months: duration === 'repeating' ? Number(typed.months) : undefined,
    max_redemptions: typed.max.trim() === '' ? undefined : Number(typed.max),
  };
}

function percentOf(typed: string): number | null {
  const match = /^\d{1,3}([.,]\d{1,2})?$/.exec(typed.trim());
  const percent = Number(typed.trim().replace(',', '.'));
  return match && percent > 0 && percent <= 100 ? percent : null;
}
