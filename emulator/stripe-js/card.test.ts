import { describe, expect, it } from 'vitest';
import { brandOf, expiryOf, expiryText, grouped, mistakes } from './card.js';

const today = new Date(2026, 10, 24);
const good = { number: '4242 4242 4242 4242', expiry: '12 / 34', cvc: '123' };

describe('a card as typed', () => {
  it('is accepted when complete', () => {
    expect(mistakes(good, today)).toEqual([]);
    expect(mistakes({ number: '3782 822463 10005', expiry: '11 / 26', cvc: '1234' }, today)).toEqual([]);
  });

  it.each([
    [{ ...good, number: '' }, 'incomplete_number'],
    [{ ...good, number: '4242 4242 4242 424' }, 'incomplete_number'],
    [{ ...good, number: '4242 4242 4242 4241' }, 'invalid_number'],
    [{ ...good, expiry: '12' }, 'incomplete_expiry'],
    [{ ...good, expiry: '13 / 34' }, 'incomplete_expiry'],
    [{ ...good, expiry: '12 / 25' }, 'invalid_expiry_year_past'],
    [{ ...good, expiry: '10 / 26' }, 'invalid_expiry_month_past'],
    [{ ...good, cvc: '12' }, 'incomplete_cvc'],
    [{ number: '3782 822463 10005', expiry: '12 / 34', cvc: '123' }, 'incomplete_cvc'],
  ])('%o is refused as %s', (card, code) => {
    expect(mistakes(card, today).map((mistake) => mistake.code)).toEqual([code]);
  });

  it('names every mistake at once, in the order of the fields', () => {
    const fields = mistakes({ number: '', expiry: '', cvc: '' }, today).map((mistake) => mistake.field);
    expect(fields).toEqual(['number', 'expiry', 'cvc']);
  });
});

describe('while typing', () => {
  it.each([
    ['42424', '4242 4'],
    ['4242424242424242999', '4242 4242 4242 4242'],
    ['378282246310005', '3782 822463 10005'],
    ['4242-4242', '4242 4242'],
  ])('the number "%s" is shown as "%s"', (typed, shown) => {
    expect(grouped(typed)).toBe(shown);
  });

  it.each([
    ['1', '1'],
    ['12', '12'],
    ['12/', '12 /'],
    ['123', '12 / 3'],
    ['1234', '12 / 34'],
    ['5', '05'],
    ['12 / 2034', '12 / 34'],
    ['12 / 345', '12 / 34'],
  ])('the expiry "%s" is shown as "%s"', (typed, shown) => {
    expect(expiryText(typed)).toBe(shown);
  });

  it('the brand is known from the first digits', () => {
    expect(brandOf('4').name).toBe('Visa');
    expect(brandOf('').name).toBe('');
  });
});

it('an expiry is read as month and full year', () => {
  expect(expiryOf('09 / 31')).toEqual({ month: 9, year: 2031 });
  expect(expiryOf('00 / 31')).toBeNull();
});
