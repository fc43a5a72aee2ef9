import type Stripe from 'stripe';
import type { Noun } from '../../state/noun.js';
import type { Json, RowType } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { balanceTransactionOperations } from './operations.js';

/** Has no events: Stripe makes none. */
export const balanceTransaction: Noun<Stripe.BalanceTransaction> = {
  title: 'balance transaction',
  prefix: 'txn',
  // Pending money becomes available by itself. It follows from the time; no row changes.
  view: (row, unit) => ({ ...row, status: row.available_on <= unit.now ? 'available' : 'pending' }),
  indexes: ['source'],
  operations: balanceTransactionOperations,
  expansions: { ids: { source: sourceOf } },
};

const SOURCES: Readonly<Record<string, RowType>> = { ch: 'charge', re: 'refund', dp: 'dispute' };

function sourceOf(id: string, unit: Unit): Json {
  const type = SOURCES[id.slice(0, id.indexOf('_'))];
  if (type === undefined) throw new Error(`no type has ids like ${id}`);
  return unit.show(type, id);
}
