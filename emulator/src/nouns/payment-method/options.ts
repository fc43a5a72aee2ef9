import type { Param } from '../../api/params.js';
import { isHash } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import type { Json } from '../../state/rows.js';
import { isMethodType } from './types.js';

/** `payment_method_options`: a hash for each type, kept as it was sent. Most of it has no effect here. */
export const methodOptions = (): Param<Json> => ({
  needed: false,
  read: (raw, at) => {
    if (!isHash(raw)) throw invalid('Invalid object', at);
    const unknown = Object.keys(raw).find((type) => !isMethodType(type));
    if (unknown !== undefined) {
      throw invalid(`Received unknown parameter: ${at}[${unknown}]`, `${at}[${unknown}]`, 'parameter_unknown');
    }
    return typed(raw) as Json;
  },
});

const NUMBERS = /(?:amount|_at|_date|_days|count|percentage)$/;

/** A form has only text: what it means is seen from the text and the name. */
function typed(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => typed(item, name));
  if (isHash(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item, key)]));
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && NUMBERS.test(name) && /^\d+$/.test(value) ? Number(value) : value;
}

/** The options that were sent over those there are, type by type. */
export function mergeOptions(base: object | null, sent: Json | undefined): Json {
  const merged: Json = { ...base };
  for (const [type, options] of Object.entries(sent ?? {})) {
    const old = merged[type];
    merged[type] = isHash(options) && isHash(old) ? { ...old, ...options } : options;
  }
  return merged;
}
