import { expect, test } from 'vitest';
import { catalogOf } from './catalog.js';
import { onlySwept, onlySweptReason, type OnlySwept } from './only-swept.js';

test('only types without any event are left to the sweeps as a whole', () => {
  const heard = Object.entries(onlySwept as Readonly<Record<string, OnlySwept>>)
    .filter(([, { fields, unless }]) => fields === undefined && unless === undefined)
    .filter(([type]) => (catalogOf(type)?.events.length ?? 0) > 0);
  expect(heard).toEqual([]);
});

test('a type that is not in the list has no such reason', () => {
  expect(onlySweptReason('customer')).toBeUndefined();
  expect(onlySweptReason('tax_code')).toMatch(/no event/);
});
