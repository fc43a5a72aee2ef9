import { expect, test } from 'vitest';
import { livemodeOf } from './key.js';

test.each([
  ['sk_test_1234', false],
  ['rk_test_abcd', false],
  ['sk_live_1234', true],
])('%s is a key: live mode is %s', (key, livemode) => {
  expect(livemodeOf(key)).toBe(livemode);
});

test.each([
  [undefined, 'stripe_key_missing', 'No Stripe key is configured'],
  ['sk_test_', 'stripe_key_invalid', 'The configured Stripe key is too short'],
  ['sk_test_x', 'stripe_key_invalid', 'The configured Stripe key is too short'],
  ['rk_live_123', 'stripe_key_invalid', 'The configured Stripe key is too short'],
  ['pk_test_1234', 'stripe_key_invalid', 'The configured Stripe key is not a secret key'],
])('%s is refused', (key, code, message) => {
  expect(() => livemodeOf(key)).toThrow(expect.objectContaining({ code, message, hint: expect.any(String) }) as Error);
});
