type Json = Record<string, unknown>;

/**
 * `previous_attributes` of an update: the old values of exactly the keys that changed, nested hashes as partial hashes,
 * lists whole. Undefined when nothing changed (then Stripe makes no event).
 */
export function previousAttributes(before: Json, after: Json): Json | undefined {
  const previous: Json = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key] ?? null;
    const is = after[key] ?? null;
    if (was === is) continue;
    if (isHash(was) && isHash(is)) {
      const inner = previousAttributes(was, is);
      if (inner !== undefined) previous[key] = inner;
    } else if (!equal(was, is)) {
      previous[key] = was;
    }
  }
  return Object.keys(previous).length === 0 ? undefined : previous;
}

const isHash = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Deep equality of JSON values. */
export function equal(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => equal(item, other[index]));
  }
  return isHash(one) && isHash(other) && previousAttributes(one, other) === undefined;
}
