import { expect, test } from 'vitest';
import { rolesOf } from './workers.js';

test('one worker sweeps and reads events, all prove', () => {
  expect([1, 2, 3].map(rolesOf)).toEqual([
    { prove: true, sweep: true, feed: true },
    { prove: true, sweep: false, feed: false },
    { prove: true, sweep: false, feed: false },
  ]);
  expect(rolesOf(undefined)).toEqual(rolesOf(1));
});
