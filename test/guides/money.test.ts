import { expect, test } from 'vitest';

// The example is compiled with settings of its own, so its types are not read here.
const example: string = '../../examples/next/app/money.ts';
const { money } = (await import(example)) as { money: (amount: number, currency: string) => string };

test.each([
  [1_999, 'usd', '$19.99'],
  [1_999, 'jpy', '¥1,999'],
  [0, 'eur', '€0.00'],
  [12_340, 'kwd', 'KWD\u00a012.340'],
])('%d %s is shown as %s', (amount, currency, text) => {
  expect(money(amount, currency)).toBe(text);
});
