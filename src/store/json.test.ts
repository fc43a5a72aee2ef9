import { expect, test } from 'vitest';
import { json, mayBeUnstorable } from './json.js';

test('a NUL and half a surrogate pair become the replacement character, whole pairs and backslashes stay', () => {
  const value = { nul: 'a\u0000b', half: '\ud83dx', pair: '😀', text: '\\u0000', slash: '\\\u0000' };
  expect(JSON.parse(json(value))).toEqual({
    nul: 'a\ufffdb',
    half: '\ufffdx',
    pair: '😀',
    text: '\\u0000',
    slash: '\\\ufffd',
  });
});

test('foreign JSON with escaped pairs is recognized as in need of a closer look, plain JSON is not', () => {
  expect(mayBeUnstorable('{"a":"\\uD83D\\uDE00"}')).toBe(true);
  expect(mayBeUnstorable('{"a":"\\u0000"}')).toBe(true);
  expect(mayBeUnstorable('{"a":"\\u00e9"}')).toBe(false);
});
