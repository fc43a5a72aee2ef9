import { expect, test } from 'vitest';
import { keepUnasked } from './show.js';

const snapshot = { object: 'price', nickname: 'New' };

test('a snapshot, which never has what Stripe gives only when asked, keeps what stands', () => {
  const standing = { object: 'price', nickname: 'Old', tiers: [{ up_to: 10 }], currency_options: { usd: {} } };
  expect(keepUnasked('price', snapshot, standing)).toEqual({ ...standing, nickname: 'New' });
});

test('what a snapshot has of it counts, and nothing is made up where no row stands', () => {
  const asked = { ...snapshot, tiers: [{ up_to: 5 }] };
  expect(keepUnasked('price', asked, { object: 'price', tiers: [{ up_to: 10 }] })).toEqual(asked);
  expect(keepUnasked('price', snapshot, undefined)).toBe(snapshot);
});

test('a value inside an object is kept there, beside what the snapshot says', () => {
  const standing = { object: 'promotion_code', restrictions: { first_time: false, currency_options: { eur: {} } } };
  const shown = { object: 'promotion_code', restrictions: { first_time: true } };
  expect(keepUnasked('promotion_code', shown, standing)).toEqual({
    object: 'promotion_code',
    restrictions: { first_time: true, currency_options: { eur: {} } },
  });
  expect(keepUnasked('promotion_code', { object: 'promotion_code', restrictions: null }, standing)).toEqual({
    object: 'promotion_code',
    restrictions: null,
  });
});
