import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { payoutLife } from './life.js';
import { payoutOperations } from './operations.js';
import type { PayoutRow } from './row.js';

export const payout: Noun<PayoutRow> = {
  title: 'payout',
  prefix: 'po',
  created: [{ name: 'payout.created' }],
  updated: [{ name: 'payout.updated' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['destination'],
  life: payoutLife,
  operations: payoutOperations,
  expansions: {
    ids: {
      balance_transaction: objectOf('balance_transaction'),
      destination: objectOf('bank_account'),
      failure_balance_transaction: objectOf('balance_transaction'),
      original_payout: objectOf('payout'),
      reversed_by: objectOf('payout'),
    },
  },
};
