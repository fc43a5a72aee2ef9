import { expect, test } from 'vitest';
import { causeAfter, repairedAt } from './follow-up.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 30, 12, 0, second));
const row = { data: { object: 'customer' }, deleted: false, asOf: at(1) };
const found = { seenAt: at(10), cause: 'not_received' } as const;

test('what was found is repaired by a proof that came after, once nothing waits any more', () => {
  expect(repairedAt(found, { row: { ...row, provenAt: at(11) }, marked: false })).toEqual(at(11));
  expect(repairedAt(found, { row: { ...row, provenAt: at(11) }, marked: true })).toBeUndefined();
  expect(repairedAt(found, { row: { ...row, provenAt: at(9) }, marked: false })).toBeUndefined();
  expect(repairedAt(found, { row: { ...row, provenAt: null }, marked: false })).toBeUndefined();
  expect(repairedAt(found, { row: undefined, marked: false })).toBeUndefined();
  expect(repairedAt(found, undefined)).toBeUndefined();
});

test('what a list hid was right all along', () => {
  expect(repairedAt({ ...found, cause: 'hidden' }, undefined)).toEqual(at(10));
});

test('an object that was not listed and is there was hidden, unless its row was edited', () => {
  const isThere = { isThere: true, isLate: false };
  expect(causeAfter({ how: 'extra', cause: 'not_received' }, isThere)).toBe('hidden');
  expect(causeAfter({ how: 'extra', cause: 'edited' }, isThere)).toBe('edited');
  expect(causeAfter({ how: 'different', cause: 'not_received' }, isThere)).toBe('not_received');
  expect(causeAfter({ how: 'extra', cause: 'not_received' }, { ...isThere, isThere: false })).toBe('not_received');
});

test('an event that was on its way was not lost', () => {
  const late = { isThere: true, isLate: true };
  expect(causeAfter({ how: 'different', cause: 'not_received' }, late)).toBe('waiting');
  expect(causeAfter({ how: 'different', cause: 'edited' }, late)).toBe('edited');
});
