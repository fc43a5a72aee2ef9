import { expect, test } from 'vitest';
import { age, lasting } from './age.js';

const now = new Date('2026-11-30T12:00:00Z');
const ago = (seconds: number): string => age(new Date(now.getTime() - seconds * 1_000), now);

test('an age is said in the unit that a person would use', () => {
  expect([0, 40, 99, 180, 5_400, 18_000, 172_800, 1_036_800].map(ago)).toEqual([
    ...['0 s', '40 s', '99 s', '3 min', '90 min', '5 h', '2 days', '12 days'],
  ]);
});

test('a moment ahead, by a clock that is not ours, is now', () => {
  expect(ago(-5)).toBe('0 s');
  expect(lasting(86_400_000)).toBe('1,000 days');
});
