import { LockstepError } from '../../../../src/kernel/error.js';
import { namespaceOfKey } from '../../namespaces/name.js';
import { randomText } from '../../state/id.js';
import type { ApiKeyRow } from './row.js';
import type { Unit } from '../../state/unit.js';

/**
 * A new restricted key. Stripe makes them in its Dashboard only, so there is no address of the API for it.
 * @throws `option_invalid` for an unknown permission.
 */
export function createKey(unit: Unit, permissions: Readonly<Record<string, unknown>>): string {
  for (const [resource, access] of Object.entries(permissions)) {
    if (/^[a-z0-9_]+$/.test(resource) && (access === 'read' || access === 'write')) continue;
    throw new LockstepError('option_invalid', `'${resource}': '${String(access)}' is not a permission`, {
      hint: "write permissions as { customer: 'read', subscription: 'write' }",
      facts: { resource },
    });
  }
  const namespace = namespaceOfKey(unit.store.identity.secretKey);
  const id = `rk_test_${namespace === undefined ? '' : `ns_${namespace}_`}${randomText(40)}`;
  unit.insert('api_key', { id, permissions: permissions as ApiKeyRow['permissions'] });
  return id;
}
