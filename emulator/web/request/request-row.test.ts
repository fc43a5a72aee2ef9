import { expect, test } from 'vitest';
import { readable } from './request-row.js';

test('what was sent is shown as values, or unchanged if it was cut off', () => {
  expect(readable('{"a":1}')).toEqual({ a: 1 });
  expect(readable('name=Ada+Lovelace&metadata%5Bplan%5D=old')).toEqual({
    name: 'Ada Lovelace',
    'metadata[plan]': 'old',
  });
  expect(readable('{"a":"xxx…')).toBe('{"a":"xxx…');
});
