import type { Noun } from '../../state/noun.js';
import { accountOperations, connectedView } from './operations.js';
import type { AccountRow } from './row.js';

export const account: Noun<AccountRow> = {
  title: 'account',
  prefix: 'acct',
  updated: [{ name: 'account.updated' }],
  view: connectedView,
  permission: 'accounts_kyc_basic',
  operations: accountOperations,
};
