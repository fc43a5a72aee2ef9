import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { capabilityOperations } from './operations.js';
import type { CapabilityRow } from './row.js';

export const capability: Noun<CapabilityRow> = {
  title: 'capability',
  prefix: 'acct',
  created: [{ name: 'capability.updated' }],
  updated: [{ name: 'capability.updated' }],
  view: ({ hidden, ...shown }) => ({ ...shown, id: hidden.name }),
  indexes: ['account'],
  permission: 'accounts_kyc_basic',
  operations: capabilityOperations,
  expansions: { ids: { account: objectOf('account') } },
};
