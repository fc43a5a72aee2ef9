import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { bankAccountOperations } from './operations.js';
import type { BankAccountRow } from './row.js';

export const bankAccount: Noun<BankAccountRow> = {
  title: 'external account',
  prefix: 'ba',
  created: [{ name: 'account.external_account.created' }],
  updated: [{ name: 'account.external_account.updated' }],
  deleted: [{ name: 'account.external_account.deleted' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['account'],
  permission: 'accounts_kyc_basic',
  operations: bankAccountOperations,
  expansions: { ids: { account: objectOf('account') } },
};
