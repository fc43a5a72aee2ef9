import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equal, previousAttributes } from './previous.js';

describe('previous_attributes', () => {
  test.each([
    ['a changed value', { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 2 }],
    ['a nested change is a partial hash', { h: { a: 1, b: 2 } }, { h: { a: 1, b: 3 } }, { h: { b: 2 } }],
    ['a new key was null', { m: {} }, { m: { k: 'v' } }, { m: { k: null } }],
    ['a removed key has its old value', { m: { k: 'v' } }, { m: {} }, { m: { k: 'v' } }],
    ['a list is whole', { l: [1, 2] }, { l: [1, 3] }, { l: [1, 2] }],
    ['a hash that became null is whole', { h: { a: 1 } }, { h: null }, { h: { a: 1 } }],
    ['nothing', { h: { a: [{ b: 1 }] } }, { h: { a: [{ b: 1 }] } }, undefined],
  ])('%s', (_what, before, after, previous) => {
    expect(previousAttributes(before, after)).toEqual(previous);
  });

  test('is undefined exactly when nothing differs', () => {
    const json = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(previousAttributes(one, one)).toBeUndefined();
        expect(previousAttributes(one, other) === undefined).toBe(equal(one, other));
      }),
    );
  });
});
