export type Param = string | number | boolean | null | readonly Param[] | { readonly [key: string]: Param | undefined };

/**
 * Stripe's form encoding: `{ items: [{ price: 'p' }] }` → `items[0][price]=p`. `undefined` is left out, `null` becomes
 * the empty string, which unsets a field.
 */
export function encode(params: { readonly [key: string]: Param | undefined }): URLSearchParams {
  const pairs = Object.entries(params).flatMap(([key, value]) => flatten(key, value));
  return new URLSearchParams(pairs);
}

function flatten(key: string, value: Param | undefined): [string, string][] {
  if (value === undefined) return [];
  if (value === null) return [[key, '']];
  if (typeof value !== 'object') return [[key, String(value)]];
  return Object.entries(value).flatMap(([name, child]) => flatten(`${key}[${name}]`, child));
}
