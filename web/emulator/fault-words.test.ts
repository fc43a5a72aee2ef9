import { expect, test } from 'vitest';
import { faultGroups, isOn } from './fault-words.js';

const state = { lose_every: 2, delay_every: 0, delay_ms: 1_000, latency_ms: 0 };

test('a fault is on by its own number, not by one that only belongs to it', () => {
  expect(Object.keys(state).filter((name) => isOn(name, state))).toEqual(['lose_every']);
});

test('a fault without words here is shown by the emulator’s name for it', () => {
  expect(faultGroups(state).map(({ title }) => title)).toEqual(['Webhooks', 'API']);
  const [, , others] = faultGroups({ ...state, cut_every: 0, stale_ms: 0 });
  expect(others).toMatchObject({
    title: 'Others',
    faults: [
      { name: 'cut_every', label: 'cut every', number: 'Every n-th', first: 2 },
      { name: 'stale_ms', label: 'stale ms', number: 'ms', first: 500 },
    ],
  });
});
