import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import type { Noun } from '../../state/noun.js';
import { applicationFeeOperations } from './operations.js';
import type { ApplicationFeeRow } from './row.js';

export const applicationFee: Noun<ApplicationFeeRow> = {
  title: 'application fee',
  prefix: 'fee',
  created: [{ name: 'application_fee.created' }],
  view: (row, unit) => ({
    ...row,
    refunds: sublist(
      `/v1/application_fees/${row.id}/refunds`,
      unit
        .all('fee_refund', 'fee', row.id)
        .reverse()
        .map((one) => unit.view('fee_refund', one)),
    ),
  }),
  indexes: ['charge', 'originating_transaction'],
  operations: applicationFeeOperations,
  expansions: {
    ids: {
      account: objectOf('account'),
      balance_transaction: objectOf('balance_transaction'),
      originating_transaction: objectOf('charge'),
    },
  },
};
