import { describe, expect, test } from 'vitest';
import type { PriceRow, Tier } from './row.js';
import { amountOf, spread, taxOf } from './amount.js';
import { checkChargeable, isChargeable, written } from './currency.js';
import { after } from '../subscription/period.js';

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

/** The font shop of docs.stripe.com/subscriptions/pricing-models/tiered-pricing: 7.00 up to 5, 6.50 up to 10, 6.00 beyond. */
const fonts = (tiers_mode: 'graduated' | 'volume'): PriceRow =>
  price({ billing_scheme: 'tiered', tiers_mode, tiers: [tier(5, 700), tier(10, 650), tier(null, 600)] });

describe('the tiers of Stripe’s documentation', () => {
  test.each([
    [1, 700, 700],
    [5, 3500, 3500],
    [6, 3900, 4150],
    [20, 12_000, 12_750],
    [25, 15_000, 15_750],
  ])('%i fonts cost %i by volume and %i graduated', (quantity, volume, graduated) => {
    expect([amountOf(fonts('volume'), quantity), amountOf(fonts('graduated'), quantity)]).toEqual([volume, graduated]);
  });
});

describe('tiers, worked by hand', () => {
  const flat = [tier(10, 0, 5000), tier(20, 200, 1000), tier(null, 100)];
  const of = (mode: string, quantity: number): number =>
    amountOf(price({ billing_scheme: 'tiered', tiers_mode: mode, tiers: flat }), quantity);
  test.each([
    // A flat amount is due once a tier is reached; graduated adds those of all tiers reached.
    ['volume', 10, 5000],
    ['volume', 11, 11 * 200 + 1000],
    ['volume', 21, 21 * 100],
    ['graduated', 0, 5000],
    ['graduated', 10, 5000],
    ['graduated', 11, 5000 + 1000 + 200],
    ['graduated', 21, 5000 + 1000 + 10 * 200 + 100],
  ])('%s, %i with flat amounts cost %i', (mode, quantity, amount) => {
    expect(of(mode, quantity)).toBe(amount);
  });
});

/** Minutes sold by the started hour, or by the full one (docs.stripe.com/billing/subscriptions/usage-based/transform-quantities). */
describe('packages', () => {
  test.each([
    ['up', 1, 1],
    ['up', 60, 1],
    ['up', 61, 2],
    ['down', 59, 0],
    ['down', 119, 1],
  ] as const)('rounded %s, %i minutes are %i hours', (round, minutes, hours) => {
    expect(amountOf(price({ transform_quantity: { divide_by: 60, round } }), minutes)).toBe(hours * 1500);
  });
});

describe('a tax', () => {
  test.each([
    ['exclusive, 20 % of 10.00', 1000, 20, false, 200],
    ['inclusive, 20 % in 12.00', 1200, 20, true, 200],
    ['rounded to the cent, half up: 7.5 % of 1.00', 100, 7.5, false, 8],
    ['of three decimals: 8.875 % of 19.99', 1999, 8.875, false, 177],
    ['inclusive and rounded: 19 % in 9.99', 999, 19, true, 160],
    ['of a credit is a credit', -1000, 20, false, -200],
  ])('%s', (_how, amount, percentage, inclusive, tax) => {
    expect(taxOf(amount, percentage, inclusive)).toBe(tax);
  });
});

describe('a sum is spread to the last cent', () => {
  test.each([
    [100, [333, 333, 333], [34, 33, 33]],
    [1, [500, 500], [1, 0]],
    [1000, [2000, 1000], [667, 333]],
    [0, [1, 2], [0, 0]],
    [50, [0, 0], [0, 0]],
  ])('%i over %j is %j', (sum, amounts, shares) => {
    expect(spread(sum, amounts)).toEqual(shares);
  });
});

test.each([
  [1550, 'usd', '$15.50'],
  [1550, 'jpy', '¥1,550'],
  [-500, 'eur', '-€5.00'],
  [5000, 'kwd', 'KWD\u00a05.000'],
  [5000, 'isk', 'ISK\u00a050.00'],
  [5000, 'ugx', 'UGX\u00a050.00'],
])('%i %s is written %s', (amount, currency, text) => {
  expect(written(amount, currency)).toBe(text);
});

test.each([
  [49, 50, 'usd', '$0.50 usd'],
  [49, 50, 'jpy', '¥50 jpy'],
  [29, 30, 'gbp', '£0.30 gbp'],
  [17_499, 17_500, 'huf', 'HUF\u00a0175.00 huf'],
])('%i is too little to charge, and %i is enough, in %s', (little, enough, currency, least) => {
  expect(() => checkChargeable(little, currency)).toThrow(`Amount must be at least ${least}`);
  expect(isChargeable(enough, currency)).toBe(true);
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
