import qs from 'qs';
import { invalid } from './problem.js';

/** `key`: characters of a parameter's name, as sent. The longest of the SDK have about 150; metadata adds 40 of its own. */
const LIMITS = { depth: 8, parameters: 2000, array: 500, key: 1000 };

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
 * one. qs would gather them into one, so they are numbered first. Every step is linear in the length of the text: it may
 * come from anybody.
 */
function numbered(encoded: string): string {
  const pairs = encoded.split('&', LIMITS.parameters + 1);
  if (pairs.length > LIMITS.parameters) {
    throw invalid(`Invalid request: Parameter limit exceeded. Only ${LIMITS.parameters} parameters allowed.`);
  }
  const lists = new Map<string, { at: number; seen: Set<string> }>();
  return pairs
    .map((pair) => {
      const equals = pair.indexOf('=');
      const written = equals === -1 ? pair : pair.slice(0, equals);
      if (written.length > LIMITS.key) {
        throw invalid(`Invalid request: the name of a parameter has ${written.length} characters`);
      }
      const key = written.replace(/%5B/gi, '[').replace(/%5D/gi, ']');
      const end = key.indexOf('[][');
      if (end === -1) return pair;
      const list = key.slice(0, end);
      const inner = key.slice(end + 2);
      const state = lists.get(list) ?? { at: 0, seen: new Set<string>() };
      if (state.seen.has(inner) && !inner.endsWith('[]')) {
        state.at += 1;
        state.seen.clear();
      }
      state.seen.add(inner);
      lists.set(list, state);
      return `${list}[${state.at}]${inner}${equals === -1 ? '' : pair.slice(equals)}`;
    })
    .join('&');
}
