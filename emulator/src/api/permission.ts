import type { Store } from '../state/store.js';
import type { ApiCaller } from './key.js';
import { masked } from './key.js';
import type { Operation } from './operation.js';
import { invalid } from './problem.js';

/** What a restricted key may do with a resource. `write` includes `read`. */
export type Permission = 'read' | 'write';
/** By resource as in Stripe's permission names: `customer`, `subscription`, `plan` (prices too), `webhook` … */
export type Permissions = Readonly<Record<string, Permission>>;

/** The permission an operation asks for: `rak_customer_read`. */
export function permissionOf({ verb, path, permission }: Operation): string {
  return `rak_${permission ?? nounOf(path)}_${verb === 'GET' ? 'read' : 'write'}`;
}

/** `/v1/payment_intents/:id` → `payment_intent`; `/v1/billing/meters` → `billing_meter`. */
function nounOf(path: string): string {
  const words = path.split('/').filter((word) => word !== '' && !word.startsWith(':'));
  const family = ['billing', 'checkout', 'entitlements', 'test_helpers'].includes(words[1] ?? '')
    ? words.slice(1, 3)
    : [words[1]];
  return family.join('_').replace(/s$/, '');
}

/**
 * A restricted key that was created here has only its permissions. Any other well-formed key may do
 * everything.
 * @throws Problem 403 in Stripe's words.
 */
export function checkPermission(store: Store, caller: ApiCaller, operation: Operation): void {
  const permissions = (store.platform ?? store).tables.api_key.get(caller.key)?.permissions;
  if (permissions === undefined) return;
  const wanted = permissionOf(operation);
  const [, resource = '', access = ''] = /^rak_(.*)_(read|write)$/.exec(wanted) ?? [];
  const has = permissions[resource];
  if (has === access || has === 'write') return;
  throw invalid(
    `The provided key '${masked(caller.key)}' does not have the required permissions for this endpoint on account ` +
      `'${store.identity.account}'. Having the '${wanted}' permission would allow this request to continue.`,
    undefined,
    undefined,
    403,
  );
}
