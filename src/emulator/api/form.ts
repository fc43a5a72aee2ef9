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
    return qs.parse(encoded, {
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
