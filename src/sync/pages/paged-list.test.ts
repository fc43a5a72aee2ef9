import { expect, test } from 'vitest';
import { catalogOf } from '../../catalog/catalog.js';
import { planOf } from '../../listing/plan.js';
import { pagedListOf } from './paged-list.js';

test('a page is asked for with what a read of one object expands, so that it shows no less', () => {
  for (const type of ['invoice', 'coupon', 'promotion_code', 'shipping_rate']) {
    const entry = catalogOf(type);
    const asked = [...(entry?.expand ?? []), ...(entry?.lookInto ?? [])].map((field) => `data.${field}`);
    expect(asked.length, type).toBeGreaterThan(0);
    expect(pagedListOf(type)?.query['expand'], type).toEqual(expect.arrayContaining(asked));
  }
});

test('a page shows canceled subscriptions too', () => {
  expect(pagedListOf('subscription')).toEqual({ path: '/v1/subscriptions', query: { status: 'all' } });
});

test('the list of a type is the one that a sweep lists it by', () => {
  for (const type of ['invoice', 'product', 'charge', 'payment_intent', 'subscription', 'checkout.session']) {
    const plan = planOf(type);
    expect(plan, type).toMatchObject({ kind: 'list', ways: [{ endpoint: pagedListOf(type)?.path, parent: null }] });
  }
});

test.each([
  ['price', 'has two lists'],
  ['customer', 'is proven together with a list of its own'],
  ['payment_method', 'cannot be listed from a moment on'],
  ['tax_id', 'is listed below its parents too'],
  ['subscription_item', 'belongs to its parent'],
  ['balance', 'is no list'],
  ['unheard_of', 'is in no catalog'],
])('a %s is read by itself: it %s', (type) => {
  expect(pagedListOf(type)).toBeUndefined();
});
