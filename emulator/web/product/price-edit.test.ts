import { expect, it } from 'vitest';
import { newId, priceSteps, type PriceNow } from './price-edit.js';

const price: PriceNow = {
  id: 'price_1',
  product: 'prod_1',
  currency: 'eur',
  unit_amount: 1000,
  nickname: null,
  recurring: { interval: 'month', interval_count: 3, trial_period_days: 14 },
};
const same = { amount: 1000, trialDays: 14, nickname: '' };

it('an amount edit makes a new price with the old rhythm and trial, moves the default, and only then archives', () => {
  expect(priceSteps(price, true, { ...same, amount: 1200 })).toEqual([
    {
      path: '/v1/prices',
      params: {
        product: 'prod_1',
        currency: 'eur',
        unit_amount: 1200,
        recurring: { interval: 'month', interval_count: 3 },
      },
    },
    { path: `/v1/plans/${newId}`, params: { trial_period_days: 14 } },
    { path: '/v1/products/prod_1', params: { default_price: newId } },
    { path: '/v1/prices/price_1', params: { active: false } },
  ]);
});

it('an amount edit of a price that is not the default leaves the default alone', () => {
  const paths = priceSteps(price, false, { ...same, amount: 1200 }).map((step) => step.path);
  expect(paths).not.toContain('/v1/products/prod_1');
});

it('a trial edit goes through the plan of the same price', () => {
  expect(priceSteps(price, true, { ...same, trialDays: 30 })).toEqual([
    { path: '/v1/plans/price_1', params: { trial_period_days: 30 } },
  ]);
});

it('a new name goes to the same price, and an empty one unsets it', () => {
  expect(priceSteps(price, true, { ...same, nickname: 'Launch' })).toEqual([
    { path: '/v1/prices/price_1', params: { nickname: 'Launch' } },
  ]);
  expect(priceSteps({ ...price, nickname: 'Old' }, true, same)[0]?.params).toEqual({ nickname: null });
});

it('without an edit nothing is requested', () => {
  expect(priceSteps(price, true, same)).toEqual([]);
});

it('a one-time price is replaced by a one-time price', () => {
  const [create] = priceSteps({ ...price, recurring: null }, false, { ...same, amount: 5, trialDays: 0 });
  expect(create?.params['recurring']).toBeUndefined();
});
