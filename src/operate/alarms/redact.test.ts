import { expect, test } from 'vitest';
import { redacted } from './redact.js';

test.each([
  ['Invalid API Key provided: sk_test_********1234', 'Invalid API Key provided: sk_test_…'],
  ['the key rk_' + 'live_51HabcDEF was revoked', 'the key rk_live_… was revoked'],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_…'],
  ['No such customer: cus_Q4k2JdAbCd', 'No such customer: cus_…'],
  ['anna: waiting for anna@example.com', 'anna: waiting for (an email address)'],
  ['could not reach postgres://app:secret@db.internal:5432/app', 'could not reach (an address)'],
  ['4242 4242 4242 4242 was declined', '(a number) was declined'],
])('%s loses what must stay here', (text, expected) => {
  expect(redacted(text)).toBe(expected);
});

test.each([
  'acct_1Nv0abcDEF waits since evt_1QabcDEF, proving_paused',
  'sweep of payment_method found 12 differences since 2026-11-30T12:00Z',
])('%s is not changed', (text) => {
  expect(redacted(text)).toBe(text);
});

test('a long text is cut', () => {
  expect(redacted('word '.repeat(1_000))).toHaveLength(500);
});
