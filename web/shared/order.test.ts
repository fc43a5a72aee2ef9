import { expect, it } from 'vitest';
import { sorted } from './order.js';

const rows = [{ n: 2 }, { n: null }, { n: 10 }, { n: 1 }];

it('sorts numbers as numbers and rows without a value last, whichever way it goes', () => {
  expect(sorted(rows, (row) => row.n, false).map((row) => row.n)).toEqual([1, 2, 10, null]);
  expect(sorted(rows, (row) => row.n, true).map((row) => row.n)).toEqual([10, 2, 1, null]);
});

it('sorts words without regard to case and leaves the given rows as they were', () => {
  const words = [{ w: 'b' }, { w: 'A' }, { w: 'a10' }, { w: 'a9' }];
  expect(sorted(words, (row) => row.w, false).map((row) => row.w)).toEqual(['A', 'a9', 'a10', 'b']);
  expect(words[0]?.w).toBe('b');
});
