import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop } from '../../../test/billing.js';
import type { Rig } from '../../../test/rig.js';
import { refusal, startRig } from '../../../test/rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

describe('an amount off in dollars', () => {
  test('takes nothing off a price in euros, on an invoice and in Checkout', async () => {
    const coupon = await rig.stripe.coupons.create({ amount_off: 500, currency: 'usd' });
    const price = await rig.stripe.prices.create({
      currency: 'eur',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'E' },
    });
    const { customer } = await shop(rig, Date.UTC(2026, 0, 1) / 1000);
    const { latest_invoice: invoice } = await rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice'],
    });
    expect(invoice).toMatchObject({ total: 900, total_discount_amounts: [] });
    const session = await rig.stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      discounts: [{ coupon: coupon.id }],
      success_url: 'https://app.example/done',
    });
    expect(session.amount_total).toBe(900);
  });
});

describe('a promotion code', () => {
  const code = async (more: Partial<Stripe.PromotionCodeCreateParams>, off: Stripe.CouponCreateParams = {}) => {
    const coupon = await rig.stripe.coupons.create({ percent_off: 10, ...off });
    const promotion = { type: 'coupon', coupon: coupon.id } as const;
    return rig.stripe.promotionCodes.create({ promotion, ...more });
  };
  const use = async ({ id }: { id: string }) => {
    const { customer, price } = await shop(rig, Date.UTC(2026, 0, 1) / 1000);
    return rig.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      discounts: [{ promotion_code: id }],
    });
  };

  test('is inactive when it is used up, in lists too, and its word is free again', async () => {
    const made = await code({ max_redemptions: 1, code: 'ONCE' });
    expect(made.active).toBe(true);
    await use(made);
    const { active, times_redeemed } = await rig.stripe.promotionCodes.retrieve(made.id);
    expect([active, times_redeemed]).toEqual([false, 1]);
    const listed = async (wanted: boolean) =>
      (await rig.stripe.promotionCodes.list({ active: wanted, code: 'ONCE' })).data.map(({ id }) => id);
    expect([await listed(true), await listed(false)]).toEqual([[], [made.id]]);
    expect((await refusal(use(made))).message).toContain('inactive');
    expect((await code({ code: 'ONCE' })).active).toBe(true);
  });

  test('is inactive when its coupon is used up', async () => {
    const made = await code({}, { percent_off: 10, max_redemptions: 1 });
    await use(made);
    expect((await rig.stripe.promotionCodes.retrieve(made.id)).active).toBe(false);
  });
});
