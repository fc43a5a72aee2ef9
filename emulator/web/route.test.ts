import { expect, it } from 'vitest';
import { href, parseRoute } from './route.js';

it.each([
  ['', { view: 'customers', id: null, query: {} }],
  ['#/', { view: 'customers', id: null, query: {} }],
  ['#/subscriptions?status=active&q=ada', { view: 'subscriptions', id: null, query: { status: 'active', q: 'ada' } }],
  ['#/customers/cus_1', { view: 'customers', id: 'cus_1', query: {} }],
  ['#/products/a%2Fb', { view: 'products', id: 'a/b', query: {} }],
  ['#/products/50%', { view: 'products', id: '50%', query: {} }],
])('the address "%s" means %o', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it('an address made for an object or a filter reads back as the same, without empty filters', () => {
  expect(parseRoute(href('products', 'a/b'))).toEqual({ view: 'products', id: 'a/b', query: {} });
  expect(href('events', null, { type: 'customer.*', q: '' })).toBe('#/events?type=customer.*');
});
