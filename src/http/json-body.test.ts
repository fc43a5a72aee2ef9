import { expect, test } from 'vitest';
import * as v from 'valibot';
import { jsonBody } from './json-body.js';

const shape = v.strictObject({
  price: v.string(),
  items: v.optional(v.array(v.strictObject({ quantity: v.pipe(v.number(), v.integer(), v.minValue(0)) }))),
});

test.each([
  [{ prices: 'p' }, 'Unknown field "prices" (did you mean "price"?)'],
  [{ price: 'p', items: [{ quantty: 1 }] }, 'Unknown field "items.0.quantty" (did you mean "items.0.quantity"?)'],
  [{ price: 'p', somethingElse: 1 }, 'Unknown field "somethingElse"'],
  [{}, 'Missing field "price"'],
  [{ price: 5 }, 'Invalid field "price": expected string but received 5'],
  [{ price: 'p', items: [{ quantity: -1 }] }, 'Invalid field "items.0.quantity": expected >=0 but received -1'],
  [{ price: 'p', items: [{ quantity: 1.5 }] }, 'Invalid field "items.0.quantity": not a valid integer: 1.5'],
  ['text', 'Invalid body: expected Object but received "text"'],
])('%j is refused in plain words', async (body, message) => {
  const request = new Request('http://127.0.0.1/', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await expect(jsonBody(request, shape)).rejects.toMatchObject({ code: 'request_invalid', message });
});
