import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import type { TransferReversalRow } from './row.js';

/** No event is about a reversal: its transfer has changed. */
export const transferReversal: Noun<TransferReversalRow> = {
  title: 'transfer reversal',
  prefix: 'trr',
  indexes: ['transfer'],
  expansions: {
    ids: { balance_transaction: objectOf('balance_transaction'), transfer: objectOf('transfer') },
  },
};
