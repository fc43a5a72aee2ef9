import { expect, test } from 'vitest';
import { FaultSwitch } from '../../src/delivery/fault.js';
import { faultGroups, isOn, maxOf } from './fault-words.js';

const every = { ...new FaultSwitch().get() };

test('every fault of the emulator has words, and every word a fault', () => {
  const worded = faultGroups(every).flatMap(({ faults }) => faults.flatMap(({ name, also }) => [name, also?.name]));
  expect(new Set(worded.filter((name) => name !== undefined))).toEqual(new Set(Object.keys(every)));
});

test('every fault can be turned on with its first number, and set up to its largest', () => {
  for (const { faults } of faultGroups(every)) {
    for (const { name, first } of faults) {
      expect(new FaultSwitch().set({ [name]: first })).toMatchObject({ [name]: first });
      expect(new FaultSwitch().set({ [name]: maxOf(name) })).toMatchObject({ [name]: maxOf(name) });
      expect(() => new FaultSwitch().set({ [name]: maxOf(name) + 1 })).toThrow(name);
    }
  }
});

test('a fault is on by its own number, not by one that only belongs to it or to all', () => {
  const state = { ...every, lose_every: 2, seed: 7 };
  expect(Object.keys(state).filter((name) => isOn(name, state))).toEqual(['lose_every']);
});

test('a fault without words here is shown by the emulator’s name for it', () => {
  expect(faultGroups({ ...every, melt_every: 0, melt_ms: 0 }).at(-1)).toMatchObject({
    title: 'Other',
    faults: [
      { name: 'melt_every', label: 'melt every', number: '1 in', first: 2 },
      { name: 'melt_ms', label: 'melt ms', number: 'ms', first: 500 },
    ],
  });
});
