import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import type { Json, RowType } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { balanceTransactionOperations } from './operations.js';

/** Stripe sends no events about balance transactions, so this noun has none. */
export const balanceTransaction: Noun<Stripe.BalanceTransaction> = {
  title: 'balance transaction',
  prefix: 'txn',
  // The status depends only on the time, so it is computed when the row is read and never stored.
  view: (row, unit) => ({ ...row, status: row.available_on <= unit.now ? 'available' : 'pending' }),
  indexes: ['source'],
  operations: balanceTransactionOperations,
  expansions: { ids: { source: expandSource } },
};

const SOURCE_TYPE_BY_PREFIX: Readonly<Record<string, RowType>> = {
  ch: 'charge',
  py: 'charge',
  re: 'refund',
  dp: 'dispute',
  fee: 'application_fee',
  fr: 'fee_refund',
  po: 'payout',
  tr: 'transfer',
  trr: 'transfer_reversal',
  tu: 'topup',
};

function expandSource(id: string, unit: Unit): Json {
  const type = SOURCE_TYPE_BY_PREFIX[id.slice(0, id.indexOf('_'))];
  if (type === undefined) throw new Error(`${id} is the id of nothing that moves money`);
  return unit.show(type, id);
}
