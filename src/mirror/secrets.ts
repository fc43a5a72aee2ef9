import { secretsOf } from '../catalog/catalog.js';

/** Deeper than any object of Stripe's. */
const DEPTH_MAX = 1_000;

/**
 * Takes every secret out of what Stripe sent, in place: `client_secret` anywhere, and what the catalog names for a type
 * (session and portal addresses, endpoint secrets). Returns whether anything was taken. `object`: the type of a value
 * that does not say it itself, such as the previous attributes of an object.
 * @throws RangeError the value is nested more deeply than any of Stripe's
 */
export function removeSecrets(value: unknown, object?: string, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > DEPTH_MAX) throw new RangeError('nested too deeply');
  let removed = false;
  if (!Array.isArray(value)) removed = removeFields(value as Record<string, unknown>, object);
  for (const inner of Object.values(value)) if (removeSecrets(inner, undefined, depth + 1)) removed = true;
  return removed;
}

function removeFields(value: Record<string, unknown>, object: string | undefined): boolean {
  let removed = false;
  for (const field of secretsOf(value['object'] ?? object)) {
    if (value[field] === undefined || value[field] === null) continue;
    delete value[field];
    removed = true;
  }
  return removed;
}
