import { expect, test } from 'vitest';
import { address } from './post-to-stripe.js';
import { checkMetadata, stripeId } from './validate.js';

const refused = expect.objectContaining({ code: 'request_invalid', hint: expect.any(String) }) as Error;
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 'x']));

test.each([
  'sub_1Nabc',
  'price_1',
  'gold-plan',
  'Pro plan $699/month',
  '735*%24',
  'gold+extra?x=1#y',
  '../customers',
  'Größe XL',
  '黄金',
  '🥇',
  'a'.repeat(255),
])('%s may be an id, and is one part of an address', (id) => {
  expect(stripeId(id, 'price')).toBe(id);
  const { pathname, search, hash } = new URL(address`/v1/plans/${id}`, 'http://stripe');
  expect(pathname.split('/').slice(1)).toEqual(['v1', 'plans', encodeURIComponent(id)]);
  expect([search, hash]).toEqual(['', '']);
});

test.each([
  ['nothing', ''],
  ['a space', ' '],
  ['one dot', '.'],
  ['two dots', '..'],
  ['a line break', 'sub_1\n'],
  ['a NUL', 'sub_1\0'],
  ['an unpaired surrogate', 'sub_\ud83d'],
  ['a number', 7 as never],
  ['something very long', 'a'.repeat(256)],
])('%s is not an id', (_, id) => {
  expect(() => stripeId(id, 'price')).toThrow(refused);
});

test('metadata is kept as it is while Stripe and Lockstep have room for it', () => {
  const full = { ['k'.repeat(40)]: 'v'.repeat(500), ...many(47) };
  expect(checkMetadata(full)).toEqual(full);
  expect(checkMetadata()).toEqual({});
});

test.each([
  ['too many keys', many(49)],
  ['a long name', { ['k'.repeat(41)]: 'v' }],
  ['a long value', { k: 'v'.repeat(501) }],
  ['a name of ours', { lockstep_user: '1' }],
  ['brackets in a name', { 'a[b]': 'v' }],
  ['a NUL', { k: '\0' }],
  ['an unpaired surrogate', { k: '\ud83d' }],
  ['a number', { k: 1 as never }],
])('metadata with %s is refused', (_, metadata) => {
  expect(() => checkMetadata(metadata)).toThrow(refused);
});
