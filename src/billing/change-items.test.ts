import { expect, test } from 'vitest';
import { itemChanges } from './change-items.js';
import type { StripeItem } from './standing.js';

const item = (id: string, price: string, quantity = 1): StripeItem => ({
  id,
  price: { id: price, product: 'prod_1' },
  quantity,
});
const two = [item('si_1', 'price_a'), item('si_2', 'price_b', 3)];

test.each([
  ['nothing', two, [{ price: 'price_a' }, { price: 'price_b' }], []],
  ['a quantity', two, [{ price: 'price_a' }, { price: 'price_b', quantity: 5 }], [{ id: 'si_2', quantity: 5 }]],
  ['one price for another', [two[0]!], [{ price: 'price_c' }], [{ id: 'si_1', price: 'price_c' }]],
  [
    'one of two',
    two,
    [{ price: 'price_b' }, { price: 'price_c', quantity: 2 }],
    [{ id: 'si_1', price: 'price_c', quantity: 2 }],
  ],
  ['one more', [two[0]!], [{ price: 'price_a' }, { price: 'price_c' }], [{ price: 'price_c' }]],
  ['one less', two, [{ price: 'price_a' }], [{ id: 'si_2', deleted: true }]],
])('%s changes', (_, present, wanted, changes) => {
  expect(itemChanges(present, wanted)).toEqual(changes);
});
