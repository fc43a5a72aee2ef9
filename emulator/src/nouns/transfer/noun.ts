import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import type { Noun } from '../../state/noun.js';
import { transferOperations } from './operations.js';
import type { TransferRow } from './row.js';

export const transfer: Noun<TransferRow> = {
  title: 'transfer',
  prefix: 'tr',
  created: [{ name: 'transfer.created' }],
  updated: [{ name: 'transfer.updated' }],
  view: (row, unit) => ({
    ...row,
    reversals: sublist(
      `/v1/transfers/${row.id}/reversals`,
      unit
        .all('transfer_reversal', 'transfer', row.id)
        .reverse()
        .map((one) => unit.view('transfer_reversal', one)),
    ),
  }),
  indexes: ['destination', 'source_transaction', 'transfer_group'],
  operations: transferOperations,
  expansions: {
    ids: {
      balance_transaction: objectOf('balance_transaction'),
      destination: objectOf('account'),
      source_transaction: objectOf('charge'),
    },
  },
};
