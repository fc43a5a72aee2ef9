import { secretsOf } from '../catalog/catalog.js';

/**
 * Takes every secret out of what Stripe sent, in place: `client_secret` anywhere, and what the catalog names for a type
 * (session and portal addresses, endpoint secrets). Says whether anything was taken.
 */
export function removeSecrets(value: unknown): boolean {
  if (Array.isArray(value)) return value.map(removeSecrets).includes(true);
  if (typeof value !== 'object' || value === null) return false;
  const object = value as Record<string, unknown>;
  let removed = false;
  for (const field of secretsOf(object['object'])) {
    if (object[field] === undefined || object[field] === null) continue;
    delete object[field];
    removed = true;
  }
  for (const inner of Object.values(object)) if (removeSecrets(inner)) removed = true;
  return removed;
}
