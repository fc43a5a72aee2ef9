import { expect, test } from 'vitest';
import type { Clock } from '../kernel/clock.js';
import { createMeter } from './meter.js';

function meterAt() {
  let ms = 1_000_000;
  const clock: Clock = { now: () => new Date(ms), sleep: async () => {} };
  return { meter: createMeter(clock), pass: (more: number) => void (ms += more) };
}

test('the requests of the last minute, a second', () => {
  const { meter, pass } = meterAt();
  for (let second = 0; second < 120; second += 1) {
    for (let n = 0; n < 6; n += 1) meter.count();
    pass(1_000);
  }
  expect(meter.perS()).toBeGreaterThan(5.4);
  expect(meter.perS()).toBeLessThanOrEqual(6);
});

test('what was asked more than a minute ago does not count', () => {
  const { meter, pass } = meterAt();
  for (let n = 0; n < 600; n += 1) meter.count();
  expect(meter.perS()).toBeGreaterThan(0);
  pass(61_000);
  expect(meter.perS()).toBe(0);
});

test('a clock that is set back leaves no requests ahead of it', () => {
  const { meter, pass } = meterAt();
  for (let n = 0; n < 600; n += 1) meter.count();
  pass(-3_600_000);
  expect(meter.perS()).toBe(0);
});
