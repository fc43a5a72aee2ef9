import { describe, expect, it } from 'vitest';
import { decimal, minorUnits, money, priceText } from './money.js';

describe('an amount', () => {
  it.each([
    [1000, 'eur', '€10.00'],
    [500, 'jpy', '¥500'],
    [1234, 'kwd', 'KWD\u00a01.234'],
    [100, 'isk', 'kr\u00a01.00'],
  ])('of %d minor units in %s reads %s', (amount, currency, text) => {
    expect(money(amount, currency).replace(/^ISK/, 'kr')).toBe(text);
  });

  it('that is missing reads as a dash', () => {
    expect(money(null, 'eur')).toBe('–');
  });

  it.each([
    ['10', 'eur', 1000],
    ['10.5', 'eur', 1050],
    ['0,99', 'usd', 99],
    ['500', 'jpy', 500],
    ['500.5', 'jpy', null],
    ['1.005', 'eur', null],
    ['-1', 'eur', null],
    ['ten', 'eur', null],
    ['', 'eur', null],
  ])('typed as "%s" in %s is %s minor units', (typed, currency, units) => {
    expect(minorUnits(typed, currency)).toBe(units);
  });

  it('survives the way into an input field and back', () => {
    expect(minorUnits(decimal(1999, 'eur'), 'eur')).toBe(1999);
  });
});

describe('a price', () => {
  it('reads with its interval', () => {
    const monthly = { unit_amount: 1000, currency: 'eur', recurring: { interval: 'month', interval_count: 1 } };
    expect(priceText(monthly)).toBe('€10.00 / month');
    expect(priceText({ ...monthly, recurring: { interval: 'month', interval_count: 3 } })).toBe('€10.00 / 3 months');
    expect(priceText({ ...monthly, recurring: null })).toBe('€10.00 once');
  });
});
