import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../catalog/catalog.js';
import type { StripeObject } from '../stripe/gateway.js';

/**
 * Whether an answer of Stripe is equal to the row.
 * - `cut`: equal so far, but a sub-list was cut off or left out, so only a read of the object can tell.
 */
export type Comparison = 'equal' | 'different' | 'cut';

/** Compares without the volatile fields, and sub-lists by their members alone. */
export function compare(type: string, listed: StripeObject, standing: StripeObject): Comparison {
  const entry = catalogOf(type);
  const lists = new Map((entry?.subLists ?? []).map((list) => [list.field, list]));
  const skipped = new Set<string>([...(entry?.volatile ?? []), ...lists.keys()]);
  if (!haveEqualFields(listed, standing, skipped)) return 'different';
  let cut = false;
  for (const { field, owned } of lists.values()) {
    const comparison = compareLists(listed[field], standing[field], owned);
    if (comparison === 'different') return 'different';
    if (comparison === 'cut') cut = true;
  }
  return cut ? 'cut' : 'equal';
}

/**
 * The top-level fields in which two states differ for `compare`: none exactly where it does not say `different`. In the
 * order of the newer state, then those that only the older one has.
 */
export function differingFields(type: string, now: StripeObject, before: StripeObject): string[] {
  const entry = catalogOf(type);
  const volatile = new Set<string>(entry?.volatile ?? []);
  const lists = new Map((entry?.subLists ?? []).map((list) => [list.field, list]));
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((field) => {
    if (lists.has(field)) {
      return compareLists(now[field], before[field], lists.get(field)?.owned === true) === 'different';
    }
    return !volatile.has(field) && !isDeepStrictEqual(now[field], before[field]);
  });
}

interface List {
  data: unknown[];
  has_more: boolean;
}

function compareLists(listed: unknown, standing: unknown, owned: boolean): Comparison {
  const [ofStripe, ofMirror] = [listOf(listed), listOf(standing)];
  // A list that is not the object's own is there only if the request asked for it.
  if (ofStripe === undefined || ofMirror === undefined) return owned && ofStripe !== ofMirror ? 'cut' : 'equal';
  if (!ofStripe.has_more) return isDeepStrictEqual(ofStripe.data, ofMirror.data) ? 'equal' : 'different';
  const shown = ofMirror.data.slice(0, ofStripe.data.length);
  return isDeepStrictEqual(ofStripe.data, shown) ? 'cut' : 'different';
}

function listOf(value: unknown): List | undefined {
  if (typeof value !== 'object' || value === null || !('data' in value) || !Array.isArray(value.data)) return undefined;
  return { data: value.data, has_more: 'has_more' in value && value.has_more === true };
}

/** Whether both have the same fields with equal values, apart from those that are skipped. Makes no copies: a sweep compares all. */
function haveEqualFields(one: StripeObject, other: StripeObject, skipped: ReadonlySet<string>): boolean {
  let left = 0;
  for (const field of Object.keys(one)) {
    if (skipped.has(field)) continue;
    if (!Object.hasOwn(other, field) || !areEqual(one[field], other[field])) return false;
    left += 1;
  }
  for (const field of Object.keys(other)) if (!skipped.has(field)) left -= 1;
  return left === 0;
}

function areEqual(one: unknown, other: unknown): boolean {
  return typeof one === 'object' && one !== null ? isDeepStrictEqual(one, other) : Object.is(one, other);
}
