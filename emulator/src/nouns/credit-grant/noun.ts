import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { grantLife } from './ledger.js';
import { creditGrantOperations } from './operations.js';
import type { CreditGrantRow } from './row.js';

export const creditGrant: Noun<CreditGrantRow> = {
  title: 'credit grant',
  prefix: 'credgr',
  created: [{ name: 'billing.credit_grant.created' }],
  updated: [{ name: 'billing.credit_grant.updated' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer'],
  life: grantLife,
  operations: creditGrantOperations,
  expansions: { ids: { customer: objectOf('customer') } },
};
