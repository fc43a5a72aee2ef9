import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { needed, text } from '../../api/params.js';
import { retrieveOperation } from '../../api/standard.js';

export const activeEntitlementOperations: readonly Operation[] = [
  retrieveOperation('/v1/entitlements/active_entitlements', 'entitlements.active_entitlement'),
  listOperation('/v1/entitlements/active_entitlements', {
    type: 'entitlements.active_entitlement',
    filters: { customer: { param: needed(text()), field: 'hidden.customer' } },
  }),
];
