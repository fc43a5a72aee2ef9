import { describe, expect, it } from 'vitest';
import type { DemoRow } from '../../src/demo/side-by-side/state.js';
import { duration, grouped, plural, rowText, sweepText } from './words.js';

const row: DemoRow = {
  type: 'product',
  id: 'prod_1',
  label: 'Basic',
  stripe: { name: 'Basic' },
  database: { name: 'Basic' },
  differs: [],
  provenAt: '2026-11-24T12:00:00Z',
  lastMs: 14,
};

describe('the text of one object', () => {
  it.each([
    [row, true, 'in step after 14 ms'],
    [{ ...row, lastMs: null }, true, 'in step'],
    [{ ...row, differs: ['name', 'active'] }, false, 'differs in name, active'],
    [{ ...row, database: null }, false, 'not in the database yet'],
    [{ ...row, stripe: null }, false, 'deleted in Stripe, still in the database'],
    [{ ...row, provenAt: null }, false, 'equal, not proven yet'],
    [{ ...row, stripe: null, database: null }, true, 'deleted on both sides'],
  ])('case %#: says whether it is in step', (given, inStep, text) => {
    expect(rowText(given)).toEqual({ inStep, text });
  });
});

describe('the text of the last sweep', () => {
  const sweep = { running: false, lastAt: 'x', everySeconds: 30, found: 0, repaired: 0 };
  const clock = (): string => '12:04:31';
  it.each([
    [sweep, '12:04:31: found no difference'],
    [{ ...sweep, found: 1, repaired: 1 }, '12:04:31: found 1 difference, repaired'],
    [{ ...sweep, found: 3, repaired: 2 }, '12:04:31: found 3 differences, 2 repaired'],
    [{ ...sweep, running: true }, 'sweeping …'],
    [{ ...sweep, lastAt: null }, 'no sweep yet, one every 30 s'],
  ])('case %#: says what the sweep found', (given, text) => {
    expect(sweepText(given, clock)).toBe(text);
  });
});

it('objects are grouped by type, in the order in which the types appear', () => {
  const rows = [row, { ...row, type: 'price', id: 'price_1' }, { ...row, id: 'prod_2' }];
  expect(grouped(rows).map(([type, of]) => [type, of.map(({ id }) => id)])).toEqual([
    ['product', ['prod_1', 'prod_2']],
    ['price', ['price_1']],
  ]);
});

it('an object type becomes a plural, and a duration gets a unit', () => {
  expect(plural('subscription_item')).toBe('Subscription items');
  expect([30, 300, 21_600].map(duration)).toEqual(['30 s', '5 min', '6 h']);
});
