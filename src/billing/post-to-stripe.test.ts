import { expect, test } from 'vitest';
import { pauseMs } from './post-to-stripe.js';

test.each([
  [1, 0, 100],
  [1, 0.5, 150],
  [2, 0, 200],
  [3, 0.5, 600],
])('after attempt %i, with chance at %f, the pause is %i ms', (attempt, number, ms) => {
  expect(pauseMs(attempt, { number: () => number, uuid: () => '' })).toBe(ms);
});
