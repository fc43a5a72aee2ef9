import { expect, test } from 'vitest';
import { itemChanges, newItems } from './change-items.js';
import type { StripeItem } from './create-decision.js';

const item = (id: string, price: string, quantity: number | undefined = 1): StripeItem => ({
  id,
  price: { id: price, product: 'prod_1' },
  ...(quantity === undefined ? {} : { quantity }),
});
const two = [item('si_1', 'price_a'), item('si_2', 'price_b', 3)];
const metered = new Set(['price_used']);

test.each([
  ['nothing', two, [{ price: 'price_a' }, { price: 'price_b' }], []],
  ['a quantity', two, [{ price: 'price_a' }, { price: 'price_b', quantity: 5 }], [{ id: 'si_2', quantity: 5 }]],
  [
    'one price for another, which keeps the seats,',
    [item('si_1', 'price_a', 5)],
    [{ price: 'price_c' }],
    [{ id: 'si_1', price: 'price_c', quantity: 5 }],
  ],
  [
    'a price for seats into one for usage',
    [item('si_1', 'price_a', 5)],
    [{ price: 'price_used' }],
    [{ id: 'si_1', price: 'price_used' }],
  ],
  [
    'one of two',
    two,
    [{ price: 'price_b' }, { price: 'price_c', quantity: 2 }],
    [{ id: 'si_1', price: 'price_c', quantity: 2 }],
  ],
  ['one more', [two[0]!], [{ price: 'price_a' }, { price: 'price_c' }], [{ price: 'price_c' }]],
  ['one less', two, [{ price: 'price_a' }], [{ id: 'si_2', deleted: true }]],
])('%s changes', (_, present, wanted, changes) => {
  expect(itemChanges(newItems(present, wanted, metered))).toEqual(changes);
});
