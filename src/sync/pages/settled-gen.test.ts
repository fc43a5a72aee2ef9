import { expect, test } from 'vitest';
import type { Clock } from '../../kernel/clock.js';
import { createSettledGen } from './settled-gen.js';

/** Sleeps end when the test says so. */
function stepClock(): { clock: Clock; slept: number[]; step: () => Promise<void> } {
  const slept: number[] = [];
  let wake = (): void => {};
  return {
    slept,
    clock: {
      now: () => new Date(Date.UTC(2026, 0, 1)), // it stands still, and jumps would not matter
      sleep: (ms) => (slept.push(ms), new Promise((resolve) => (wake = resolve))),
    },
    async step() {
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('a gen has settled when the whole time was slept since it was drawn, whatever the clock says', async () => {
  const { clock, slept, step } = stepClock();
  const stopping = new AbortController();
  let gen = 0;
  const settled = createSettledGen({
    draw: () => Promise.resolve((gen += 1)),
    settledMs: 30_000,
    clock,
    signal: stopping.signal,
  });
  const watching = settled.watch(() => {});
  const total = (): number => slept.slice(0, -1).reduce((sum, ms) => sum + ms, 0);
  await new Promise((resolve) => setImmediate(resolve));
  while (settled.now() === undefined) {
    expect(total()).toBeLessThan(30_000);
    await step();
  }
  expect(total()).toBe(30_000);
  expect(settled.now()).toBe(1);
  await step();
  expect(settled.now()).toBe(2);
  stopping.abort();
  await step();
  await watching;
});

test('a draw that fails is reported, and makes nothing settle sooner', async () => {
  const { clock, step } = stepClock();
  const stopping = new AbortController();
  const failures: unknown[] = [];
  const settled = createSettledGen({
    draw: () => Promise.reject(new Error('the database is away')),
    settledMs: 30_000,
    clock,
    signal: stopping.signal,
  });
  const watching = settled.watch((error) => failures.push(error));
  for (let times = 0; times < 20; times += 1) await step();
  expect(settled.now()).toBeUndefined();
  expect(failures.length).toBeGreaterThan(6);
  stopping.abort();
  await step();
  await watching;
});

test('gens that are drawn a second time, after the database went back, settle again', async () => {
  const { clock, step } = stepClock();
  const stopping = new AbortController();
  let gen = 100;
  const settled = createSettledGen({
    draw: () => Promise.resolve((gen += 1)),
    settledMs: 30_000,
    clock,
    signal: stopping.signal,
  });
  const watching = settled.watch(() => {});
  for (let times = 0; times < 10; times += 1) await step();
  expect(settled.now()).toBeDefined();
  gen = 50; // a copy that was behind has taken over
  await step();
  expect(settled.now()).toBeUndefined();
  for (let times = 0; times < 6; times += 1) await step();
  expect(settled.now()).toBe(51);
  stopping.abort();
  await step();
  await watching;
});
