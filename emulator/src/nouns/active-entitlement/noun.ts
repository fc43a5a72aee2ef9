import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { activeEntitlementOperations } from './operations.js';
import type { ActiveEntitlementRow } from './row.js';

export const activeEntitlement: Noun<ActiveEntitlementRow> = {
  title: 'active entitlement',
  prefix: 'ent',
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['hidden.customer'],
  operations: activeEntitlementOperations,
  expansions: { ids: { feature: objectOf('entitlements.feature') } },
};
