import { expect, test } from 'vitest';
import { checkMetadata, stripeId } from './checked.js';

const refused = expect.objectContaining({ code: 'request_invalid', hint: expect.any(String) }) as Error;
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, 'x']));

test.each(['sub_1Nabc', 'price_1', 'gold-plan', 'plan.v2', 'a'.repeat(255)])('%s may be an id', (id) => {
  expect(stripeId(id, 'price')).toBe(id);
});

test.each([
  ['nothing', ''],
  ['a path upwards', '../customers'],
  ['two dots', '..'],
  ['a slash', 'sub_1/cancel'],
  ['an escaped slash', 'sub_1%2Fcancel'],
  ['a query', 'sub_1?expand=x'],
  ['SQL', "x' or 1=1 --"],
  ['a line break', 'sub_1\n'],
  ['a NUL', 'sub_1\0'],
  ['letters that are not Stripe’s', 'sub_ä'],
  ['something very long', 'a'.repeat(256)],
])('%s is no id', (_, id) => {
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
  ['half a letter', { k: '\ud83d' }],
  ['a number', { k: 1 as never }],
])('metadata with %s is refused', (_, metadata) => {
  expect(() => checkMetadata(metadata)).toThrow(refused);
});
