import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import type { FeeRefundRow } from './row.js';

export const feeRefund: Noun<FeeRefundRow> = {
  title: 'fee refund',
  prefix: 'fr',
  updated: [{ name: 'application_fee.refund.updated' }],
  indexes: ['fee'],
  expansions: {
    ids: { balance_transaction: objectOf('balance_transaction'), fee: objectOf('application_fee') },
  },
};
