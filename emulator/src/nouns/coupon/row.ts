import type Stripe from 'stripe';

export type CouponRow = Stripe.Coupon;
