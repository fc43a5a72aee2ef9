import { expect, test } from 'vitest';
import { createRests } from './rests.js';

test('a rest lasts its time, and no longer if the clock is set back', () => {
  let now = 1_000_000;
  const rests = createRests({ now: () => new Date(now), sleep: () => Promise.resolve() }, 60_000);
  expect(rests.has('invoices')).toBe(false);
  rests.begin('invoices');
  now += 59_999;
  expect([rests.has('invoices'), rests.has('charges')]).toEqual([true, false]);
  now += 1;
  expect(rests.has('invoices')).toBe(false);
  rests.begin('invoices');
  now -= 3_600_000;
  expect(rests.has('invoices')).toBe(false);
});
