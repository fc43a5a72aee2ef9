import qs from 'qs';
import { invalid } from './problem.js';

const LIMITS = { depth: 8, parameters: 2000, array: 500 };

/**
 * Nested keys (`a[b][0][c]=…`, `expand[]=…`) as hashes, lists and text; of a key given twice the last counts.
 * @throws Problem when the form is deeper or longer than any real request.
 */
export function decodeForm(encoded: string): Record<string, unknown> {
  if (encoded === '') return {};
  try {
    return qs.parse(numbered(encoded), {
      depth: LIMITS.depth,
      strictDepth: true,
      parameterLimit: LIMITS.parameters,
      arrayLimit: LIMITS.array,
      throwOnLimitExceeded: true,
      duplicates: 'last',
      plainObjects: true,
      strictNullHandling: false,
    });
  } catch (error) {
    if (error instanceof RangeError) throw invalid(`Invalid request: ${error.message}`);
    throw error;
  }
}

/**
 * `items[][price]=a&items[][quantity]=2&items[][price]=b` are two hashes to Stripe: a key seen before begins the next
 * one. qs would gather them into one, so they are numbered first.
 */
function numbered(encoded: string): string {
  if (!/(\[\]|%5B%5D)(\[|%5B)/i.test(encoded)) return encoded;
  const lists = new Map<string, { at: number; seen: Set<string> }>();
  return encoded
    .split('&')
    .map((pair) => {
      const [, list, inner, rest] = /^(.*?)(?:\[\]|%5B%5D)((?:\[|%5B).*?)(=.*)?$/i.exec(pair) ?? [];
      if (list === undefined || inner === undefined) return pair;
      const state = lists.get(list) ?? { at: 0, seen: new Set<string>() };
      if (state.seen.has(inner) && !inner.endsWith('[]')) {
        state.at += 1;
        state.seen.clear();
      }
      state.seen.add(inner);
      lists.set(list, state);
      return `${list}[${state.at}]${inner}${rest ?? ''}`;
    })
    .join('&');
}
