import { expect, test } from 'vitest';
import { priceOptions } from './price-name.js';

const month = { interval: 'month', interval_count: 1 };
const price = { currency: 'usd', nickname: null, recurring: month, unit_amount: 900 };

test('two prices can be told apart: by product, nickname, amount, interval, and at last by id', () => {
  const prices = [
    { ...price, id: 'price_000001', product: 'Team' },
    { ...price, id: 'price_000002', product: 'Team' },
    { ...price, id: 'price_000003', product: 'Team', nickname: 'early birds' },
    { ...price, id: 'price_000004', product: 'Team', recurring: { interval: 'year', interval_count: 1 } },
    { ...price, id: 'price_000005', product: 'Calls', recurring: { ...month, usage_type: 'metered' } },
    { ...price, id: 'price_000006', product: 'Calls', unit_amount: null },
  ];
  const options = priceOptions(prices, ({ product }) => product);
  expect(options).toEqual([
    ['price_000005', 'Calls – $9.00 / month, metered'],
    ['price_000006', 'Calls – in tiers / month'],
    ['price_000001', 'Team – $9.00 / month · …000001'],
    ['price_000002', 'Team – $9.00 / month · …000002'],
    ['price_000004', 'Team – $9.00 / year'],
    ['price_000003', 'Team (early birds) – $9.00 / month'],
  ]);
});
