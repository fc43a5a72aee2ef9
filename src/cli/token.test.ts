import { expect, test } from 'vitest';
import { tokenFrom } from './token.js';

test('a configured token is used, and without one each start generates its own', () => {
  expect(tokenFrom('sixteen-letters!')).toBe('sixteen-letters!');
  expect(tokenFrom(undefined)).toHaveLength(32);
  expect(tokenFrom('')).not.toBe(tokenFrom(''));
});

test('a token that could be guessed is refused', () => {
  expect(() => tokenFrom('fifteen-letters')).toThrow(expect.objectContaining({ code: 'option_invalid' }));
});
