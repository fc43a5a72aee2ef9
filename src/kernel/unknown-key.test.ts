import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { Options, resolveOptions } from '../engine/config.js';
import { userRoutes } from '../http/api/routes.js';
import { unknownKey } from './unknown-key.js';

interface Place {
  path: string[];
  keys: string[];
  /** An input with this value at the place. */
  around: (value: unknown) => unknown;
}

/** Every object that a schema describes, at any depth. */
function* places(
  schema: v.GenericSchema,
  path: string[] = [],
  around: Place['around'] = (value) => value,
): Generator<Place> {
  const node = schema as unknown as {
    wrapped?: v.GenericSchema;
    item?: v.GenericSchema;
    entries?: Record<string, v.GenericSchema>;
  };
  if (node.wrapped !== undefined) yield* places(node.wrapped, path, around);
  if (node.item !== undefined) yield* places(node.item, [...path, '0'], (value) => around([value]));
  if (node.entries === undefined) return;
  yield { path, keys: Object.keys(node.entries), around };
  for (const [key, inner] of Object.entries(node.entries))
    yield* places(inner, [...path, key], (value) => around({ [key]: value }));
}

/** A letter too many, of which no key of ours is the correct spelling. */
const misspelt = (key: string): string => `${key}x`;

describe('a misspelled key is found at every depth, with the path that was meant', () => {
  const schemas: [string, v.GenericSchema][] = [
    ['the options', Options],
    ...userRoutes.map(({ method, path, asked }): [string, v.GenericSchema] => [`${method} ${path}`, asked]),
  ];
  test.each(schemas)('%s', (_, schema) => {
    for (const { path, keys, around } of places(schema)) {
      for (const key of keys) {
        const found = unknownKey(schema, around({ [misspelt(key)]: 'x' }));
        expect(found).toMatchObject({ path: [...path, misspelt(key)].join('.'), near: [...path, key].join('.') });
        expect(unknownKey(schema, around({ [key]: 'x' }))).toBeUndefined();
      }
    }
  });
});

test.each([
  [{ users: { profile: { custmerId: 'y' } } }, 'users.profile.custmerId', 'did you mean users.profile.customerId?'],
  [{ billing: { price: [] } }, 'billing.price', 'did you mean billing.prices?'],
  [{ sources: [{ stripekey: 'x' }] }, 'sources.0.stripekey', 'did you mean sources.0.stripeKey?'],
  [{ users: { zzzzzzzz: 1 } }, 'users.zzzzzzzz', 'the options are table, id, username, email, name, profile'],
])('%j is refused with its path', (options, path, hint) => {
  const wrong = { stripeKey: 'sk_test_1', ...options } as never;
  expect(() => resolveOptions(wrong)).toThrow(
    expect.objectContaining({ code: 'option_unknown', message: `Unknown option ${path}`, hint }) as Error,
  );
});

test('a union allows what one of its options allows', () => {
  const schema = v.union([v.strictObject({ a: v.string() }), v.strictObject({ b: v.string() })]);
  expect(unknownKey(schema, { b: 'x' })).toBeUndefined();
  expect(unknownKey(schema, { c: 'x' })?.path).toBe('c');
});
