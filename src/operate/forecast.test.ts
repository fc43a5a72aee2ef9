import { expect, test } from 'vitest';
import { forecastOf, type ProvingProcess, type Waiting } from './forecast.js';

const waiting = (type: string, objects: number, more: Partial<Waiting> = {}): Waiting => ({
  account: 'acct_1',
  platform: 'acct_1',
  livemode: false,
  type,
  objects,
  ...more,
});
const process = (rateTotal: number, ratePerEndpoint: number, paused: string | null = null): ProvingProcess => ({
  paused,
  budgets: [{ account: 'acct_1', livemode: false, rateTotal, ratePerEndpoint, perS: 0 }],
});

test('one type takes as long as its endpoint allows', () => {
  expect(forecastOf([waiting('customer', 1_000)], [process(80, 20)])).toEqual({ seconds: 50, because: null });
});

test('many types take as long as all requests together', () => {
  const types = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((type) => waiting(type, 200));
  expect(forecastOf(types, [process(80, 20)]).seconds).toBe(20);
});

test('two processes halve it, for each has a budget of its own', () => {
  expect(forecastOf([waiting('customer', 1_000)], [process(80, 20), process(80, 20)]).seconds).toBe(25);
});

test('a connected account is read with the key of its platform, from the same budget', () => {
  const connected = waiting('customer', 200, { account: 'acct_2' });
  expect(forecastOf([waiting('customer', 200), connected], [process(80, 20)]).seconds).toBe(20);
});

test('there is no forecast while nobody reads, or while reading is paused', () => {
  expect(forecastOf([waiting('customer', 1)], [])).toEqual({ seconds: null, because: 'nobody_proves' });
  expect(forecastOf([waiting('customer', 1)], [process(80, 20, 'key revoked')])).toEqual({
    seconds: null,
    because: 'paused',
  });
  const other = waiting('customer', 1, { platform: 'acct_9' });
  expect(forecastOf([other], [process(80, 20)])).toEqual({ seconds: null, because: 'nobody_proves' });
});

test('nothing waits: that is done in no time, with or without a process', () => {
  expect(forecastOf([waiting('customer', 0)], [])).toEqual({ seconds: 0, because: null });
});
