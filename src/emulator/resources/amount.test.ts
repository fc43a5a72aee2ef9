import { describe, expect, test } from 'vitest';
import type { PriceRow, Tier } from '../state/rows.js';
import { amountOf } from './amount.js';
import { after } from './period.js';

const price = (more: object): PriceRow =>
  ({
    billing_scheme: 'per_unit',
    transform_quantity: null,
    unit_amount: 1500,
    unit_amount_decimal: '1500',
    tiers_mode: null,
    ...more,
  }) as PriceRow;
const tier = (up_to: number | null, unit: number, flat = 0): Tier => ({
  up_to,
  unit_amount: unit,
  unit_amount_decimal: String(unit),
  flat_amount: flat,
  flat_amount_decimal: String(flat),
});
const tiers = [tier(5, 100, 1000), tier(null, 50)];

describe('what a quantity costs', () => {
  test.each([
    ['per unit', price({}), 3, 4500],
    ['fractions of a cent, rounded at the end', price({ unit_amount_decimal: '0.4' }), 4, 2],
    ['packages, rounded up', price({ transform_quantity: { divide_by: 10, round: 'up' } }), 11, 3000],
    ['volume tiers: all at the tier reached', price({ billing_scheme: 'tiered', tiers_mode: 'volume', tiers }), 6, 300],
    [
      'graduated tiers: each part at its own',
      price({ billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }),
      6,
      1550,
    ],
    ['graduated tiers, within the first', price({ billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }), 2, 1200],
  ])('%s', (_how, of, quantity, amount) => {
    expect(amountOf(of, quantity)).toBe(amount);
  });
});

describe('an interval later', () => {
  test.each([
    ['2026-01-31T10:00:00Z', 'month', 1, '2026-02-28T10:00:00Z'],
    ['2026-01-15T10:00:00Z', 'month', 3, '2026-04-15T10:00:00Z'],
    ['2028-02-29T00:00:00Z', 'year', 1, '2029-02-28T00:00:00Z'],
    ['2026-12-31T23:59:59Z', 'month', 2, '2027-02-28T23:59:59Z'],
    ['2026-11-24T06:00:00Z', 'week', 2, '2026-12-08T06:00:00Z'],
    ['2026-02-28T06:00:00Z', 'day', 1, '2026-03-01T06:00:00Z'],
  ])('%s + %s × %i', (from, interval, count, to) => {
    expect(after(Date.parse(from) / 1000, interval, count)).toBe(Date.parse(to) / 1000);
  });
});
