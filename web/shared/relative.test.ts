import { expect, it } from 'vitest';
import { relative } from './relative.js';

it.each([
  [1, 'just now'],
  [12, '12 s ago'],
  [200, '3 min ago'],
  [7300, '2 h ago'],
  [3 * 86_400, '3 days ago'],
  [86_400, '1 day ago'],
  [800 * 86_400, '2 years ago'],
  [-14 * 86_400, 'in 14 days'],
])('a time %d seconds back reads "%s"', (secondsBack, text) => {
  const now = 1_800_000_000_000;
  expect(relative(now - secondsBack * 1000, now)).toBe(text);
});
