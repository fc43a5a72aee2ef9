import { sublist } from '../../api/list.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import { transactionOperations } from './operations.js';
import type { TaxTransactionRow } from './row.js';

export const taxTransaction: Noun<TaxTransactionRow> = {
  title: 'tax transaction',
  prefix: 'tax',
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['reference', 'reversal.original_transaction'],
  operations: transactionOperations,
  expansions: {
    parts: {
      line_items: (id, unit) =>
        sublist(
          `/v1/tax/transactions/${id}/line_items`,
          unit.need('tax.transaction', id).hidden.lines as unknown as Json[],
        ),
    },
  },
};
