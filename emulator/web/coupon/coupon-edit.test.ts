import { expect, test } from 'vitest';
import { couponParams, readCoupon } from './coupon-edit.js';

const typed = { name: '', kind: 'percent', off: '20', currency: 'eur', duration: 'once', months: '3', max: '' };

test('a coupon as typed becomes the parameters it needs, and no others', () => {
  expect(readCoupon(typed)).toEqual({});
  expect(couponParams(typed)).toEqual({ percent_off: 20, duration: 'once' });
  const amount = { ...typed, name: ' Spring ', kind: 'amount', off: '5,50', duration: 'repeating', max: '10' };
  expect(readCoupon(amount)).toEqual({});
  expect(couponParams(amount)).toEqual({
    ...{ name: 'Spring', amount_off: 550, currency: 'eur' },
    ...{ duration: 'repeating', duration_in_months: 3, max_redemptions: 10 },
  });
});

test('a mistake is shown at its field', () => {
  for (const off of ['', '0', '101', '-1', '1.234', 'ten']) expect(readCoupon({ ...typed, off })).toHaveProperty('off');
  expect(readCoupon({ ...typed, kind: 'amount', off: '1.234' })).toHaveProperty('off');
  expect(readCoupon({ ...typed, duration: 'repeating', months: '0' })).toHaveProperty('months');
  expect(readCoupon({ ...typed, max: 'many' })).toHaveProperty('max');
});
