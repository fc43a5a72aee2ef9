import { expect, it } from 'vitest';
import { encode } from './encode.js';

it('parameters are encoded as Stripe reads them', () => {
  const body = encode({
    customer: 'cus_1',
    items: [{ price: 'price_1', quantity: 2 }],
    expand: ['data.customer'],
    recurring: { interval: 'month' },
    cancel_at: null,
    trial: false,
    left_out: undefined,
  });
  expect([...body]).toEqual([
    ['customer', 'cus_1'],
    ['items[0][price]', 'price_1'],
    ['items[0][quantity]', '2'],
    ['expand[0]', 'data.customer'],
    ['recurring[interval]', 'month'],
    ['cancel_at', ''],
    ['trial', 'false'],
  ]);
});
