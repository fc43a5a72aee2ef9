import { describe, expect, test } from 'vitest';
import { decodeForm } from './form.js';
import { Problem } from './problem.js';

const plain = (encoded: string): unknown => JSON.parse(JSON.stringify(decodeForm(encoded)));

describe('a form', () => {
  test.each([
    ['a=1&b=', { a: '1', b: '' }],
    ['a[b][0][c]=1&a[b][1][c]=2', { a: { b: [{ c: '1' }, { c: '2' }] } }],
    ['expand[]=x&expand[]=y', { expand: ['x', 'y'] }],
    ['expand%5B%5D=x', { expand: ['x'] }],
    ['a=1&a=2', { a: '2' }],
    [
      'items[][price]=a&items[][quantity]=2&items[][price]=b',
      { items: [{ price: 'a', quantity: '2' }, { price: 'b' }] },
    ],
    ['metadata[a+b]=c%26d%3D', { metadata: { 'a b': 'c&d=' } }],
    ['metadata[constructor]=x&metadata[toString]=y', { metadata: { constructor: 'x', toString: 'y' } }],
  ])('%s', (encoded, decoded) => {
    expect(plain(encoded)).toEqual(decoded);
  });

  test.each([
    ...['[', ']', '[]', '[][', '[][=', '[a]', '[][a]', '%5B%5D%5B', '&', '=', 'a[]=1&', 'a[][b]=1&', 'a[b]=1&', 'a=1&'],
    ...['%', '%5B', '+', '[0]', 'a[0][b]=1&a[0][b]=2&', 'a[b][c][d][e][f][g]=1&', 'x[x', '\u0000', '[[]]', '[]a[]'],
  ])('of many times %j is decoded or refused at once, whatever its length', (part) => {
    for (const length of [30_000, 1_000_000]) {
      const began = performance.now();
      try {
        decodeForm(part.repeat(Math.ceil(length / part.length)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });

  test.each([
    [
      'limit of parameters',
      (count: number) => Array.from({ length: count }, (_, n) => `a${n}=1`).join('&'),
      2_000,
      2_001,
    ],
    ['limit of letters in a name', (count: number) => `${'a'.repeat(count)}=1`, 1_000, 1_001],
    ['limit of levels', (count: number) => `a${'[b]'.repeat(count)}=1`, 8, 9],
  ] as const)('is refused beyond its %s', (_, form, most, tooMany) => {
    expect(() => decodeForm(form(most))).not.toThrow();
    expect(() => decodeForm(form(tooMany))).toThrow(Problem);
  });

  test('can never reach an object’s prototype', () => {
    decodeForm('metadata[__proto__][polluted]=1&__proto__[polluted]=1');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });
});
