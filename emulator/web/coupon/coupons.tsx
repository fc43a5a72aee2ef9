import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { money } from '../../../web/shared/money.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { CouponForm } from './coupon-form.js';
import { ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { href, type Route } from '../route.js';

/** The list of coupons. */
export function Coupons({ route }: { route: Route }): VNode {
  const list = useList<Stripe.Coupon>('/v1/coupons', ['coupon', 'discount'], {}, useSearch(route));
  const creating = useSignal(false);
  const create = (
    <button type="button" class="button primary" onClick={() => (creating.value = true)}>
      Create coupon
    </button>
  );
  return (
    <>
      <ListPage
        title="Coupons"
        about="Discounts and promotion codes"
        route={route}
        list={list}
        columns={columns}
        href={(coupon) => href('coupons', coupon.id)}
        actions={create}
        empty={
          <Empty title="No coupons yet" action={create}>
            A coupon is a discount; a promotion code lets customers redeem it.
          </Empty>
        }
      />
      {creating.value && <CouponForm onClose={() => (creating.value = false)} />}
    </>
  );
}

/** `20% off for 3 months`, `€5.00 off once` */
export function couponText(coupon: Stripe.Coupon): string {
  const off =
    coupon.percent_off === null ? money(coupon.amount_off, coupon.currency ?? 'usd') : `${coupon.percent_off}%`;
  const months = coupon.duration_in_months ?? 0;
  const time = coupon.duration === 'repeating' ? `for ${months} ${months === 1 ? 'month' : 'months'}` : coupon.duration;
  return `${off} off ${time}`;
}

/** `2 of 10`, or only the count if there is no limit. */
export function redeemed(times: number, max: number | null): string {
  return max === null ? String(times) : `${times} of ${max}`;
}

const columns: readonly Column<Stripe.Coupon>[] = [
  { label: 'Name', cell: (coupon) => coupon.name ?? coupon.id, by: (coupon) => coupon.name ?? coupon.id },
  { label: 'Discount', cell: couponText },
  { label: 'Status', cell: (coupon) => <StatusPill status={coupon.valid ? 'valid' : 'used_up'} /> },
  {
    label: 'Redeemed',
    cell: (coupon) => redeemed(coupon.times_redeemed, coupon.max_redemptions),
    by: (coupon) => coupon.times_redeemed,
    right: true,
  },
  { label: 'ID', cell: (coupon) => <Id value={coupon.id} /> },
  {
    label: 'Created',
    cell: (coupon) => <StripeTime at={coupon.created} />,
    by: (coupon) => coupon.created,
    right: true,
  },
];
