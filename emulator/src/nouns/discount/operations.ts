import type Stripe from 'stripe';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { emptyable, hash, listOf, text } from '../../api/params.js';
import { invalid, missing } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { EventOf } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import type { CouponRow } from '../coupon/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { after } from '../subscription/period.js';
import { checkPromotion } from '../promotion-code/operations.js';

export const discountsParam = () =>
  emptyable(listOf(hash({ coupon: text(), discount: text(), promotion_code: text() }), 20));

export interface DiscountSent {
  coupon?: string;
  discount?: string;
  promotion_code?: string;
}

/** What a discount is on. Besides the customer, exactly the narrowest of these is named. */
export interface DiscountOwner {
  customer: string | null;
  subscription?: string;
  subscription_item?: string;
  invoice?: string;
  invoice_item?: string;
  checkout_session?: string;
}

/** Puts a coupon or promotion code on something. @throws Problem when it cannot be redeemed. */
export function redeem(unit: Unit, sent: DiscountSent, owner: DiscountOwner, at: string): Stripe.Discount {
  if (sent.discount !== undefined) return unit.need('discount', sent.discount, `${at}[discount]`);
  const { coupon: couponId, promotion } = redeemable(unit, sent, owner.customer, at);
  const coupon = unit.need('coupon', couponId, `${at}[coupon]`);
  checkCoupon(unit, coupon);
  const count = coupon.times_redeemed + 1;
  // Stripe makes no event for the count.
  unit.update('coupon', coupon.id, { times_redeemed: count, valid: count !== coupon.max_redemptions }, []);
  if (promotion !== null) {
    const { times_redeemed } = unit.need('promotion_code', promotion);
    unit.update('promotion_code', promotion, { times_redeemed: times_redeemed + 1 }, []);
  }
  const announced = owner.invoice === undefined && owner.invoice_item === undefined;
  return unit.insert(
    'discount',
    {
      id: newId('di'),
      object: 'discount',
      checkout_session: owner.checkout_session ?? null,
      customer: owner.customer,
      customer_account: null,
      end: endOf(unit, coupon),
      invoice: owner.invoice ?? null,
      invoice_item: owner.invoice_item ?? null,
      promotion_code: promotion,
      source: { coupon: coupon.id, type: 'coupon' },
      start: unit.now,
      subscription: owner.subscription ?? null,
      subscription_item: owner.subscription_item ?? null,
    },
    announced ? undefined : [],
  );
}

/** Every one of a list parameter. */
export function redeemAll(
  unit: Unit,
  sent: readonly DiscountSent[] | null | undefined,
  owner: DiscountOwner,
): string[] {
  return (sent ?? []).map((one, index) => redeem(unit, one, owner, `discounts[${index}]`).id);
}

function redeemable(
  unit: Unit,
  sent: DiscountSent,
  customer: string | null,
  at: string,
): { coupon: string; promotion: string | null } {
  if (sent.promotion_code !== undefined) {
    return checkPromotion(unit, sent.promotion_code, customer, `${at}[promotion_code]`);
  }
  if (sent.coupon === undefined) throw invalid(`Missing required param: ${at}[coupon].`, at, 'parameter_missing');
  return { coupon: sent.coupon, promotion: null };
}

const isExpired = (unit: Unit, { redeem_by: by }: CouponRow): boolean => by !== null && by <= unit.now;
const isSpent = ({ max_redemptions: max, times_redeemed: count }: CouponRow): boolean => max !== null && count >= max;

function checkCoupon(unit: Unit, coupon: CouponRow): void {
  const expired = isExpired(unit, coupon);
  if (!expired && !isSpent(coupon)) return;
  throw invalid(
    expired ? `Coupon expired: ${coupon.id}` : `This coupon has reached its maximum number of redemptions.`,
    'coupon',
    'coupon_expired',
  );
}

/** Whether a coupon or promotion code exists and can be redeemed now. */
export function canRedeem(unit: Unit, { coupon, promotion_code: promotion }: DiscountSent): boolean {
  const code = unit.find('promotion_code', promotion ?? null);
  if (promotion !== undefined && code?.active !== true) return false;
  const row = unit.find('coupon', coupon ?? idOf(code?.promotion.coupon ?? null));
  return row !== undefined && !isExpired(unit, row) && !isSpent(row);
}

function endOf(unit: Unit, coupon: CouponRow): number | null {
  return coupon.duration === 'repeating' ? after(unit.now, 'month', coupon.duration_in_months ?? 1) : null;
}

/** Replaces a customer's own discount, or removes it (null). */
export function setCustomerDiscount(
  unit: Unit,
  customerId: string,
  sent: DiscountSent | null,
  events?: readonly EventOf<Stripe.Customer>[],
): void {
  const old = idOf(unit.need('customer', customerId).discount);
  if (sent === null) {
    if (old !== null) unit.remove('discount', old);
    unit.update('customer', customerId, { discount: null }, events);
    return;
  }
  const made =
    old === null
      ? redeem(unit, sent, { customer: customerId }, 'discount')
      : unit.quietly(() => redeem(unit, sent, { customer: customerId }, 'discount'));
  if (old !== null) {
    unit.remove('discount', old, []);
    unit.emit('customer.discount.updated', 'discount', made.id);
  }
  unit.update('customer', customerId, { discount: made }, events);
}

/** What a deleted discount shows. */
const deletedDiscount = (row: Stripe.Discount): Json =>
  Object.fromEntries(Object.entries({ ...row, deleted: true }).filter(([name]) => name !== 'end'));

export const discountOperations: readonly Operation[] = [
  operation('GET /v1/customers/:id/discount', {}, ({ unit, at }) => {
    const { discount: own } = unit.need('customer', at.id ?? '');
    if (!own) throw missing('discount', at.id ?? '', 'id', 404);
    return unit.show('discount', own.id);
  }),
  operation('DELETE /v1/customers/:id/discount', {}, ({ unit, at }) => {
    const { id, discount: own } = unit.need('customer', at.id ?? '');
    if (!own) throw invalid('This customer does not have a discount.', 'id', 'resource_missing', 404);
    setCustomerDiscount(unit, id, null);
    return deletedDiscount(own);
  }),
  operation('DELETE /v1/subscriptions/:id/discount', {}, ({ unit, at }) => {
    const row = unit.need('subscription', at.id ?? '');
    const [first] = row.discounts;
    const own = unit.find('discount', idOf(first));
    if (own === undefined) throw invalid('This subscription does not have a discount.', 'id', 'resource_missing', 404);
    unit.remove('discount', own.id);
    unit.update('subscription', row.id, { discounts: [] });
    return deletedDiscount(own);
  }),
];

/** The discounts of an object that still apply at the moment. */
export function liveDiscounts(unit: Unit, ids: readonly (string | { id: string })[]): string[] {
  return ids
    .map((id) => idOf(id) ?? '')
    .filter((id) => {
      const row = unit.find('discount', id);
      return row !== undefined && (row.end === null || row.end > unit.now);
    });
}
