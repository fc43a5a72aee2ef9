import type { Life } from '../../clock/life.js';
import type { Unit } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import type { PayoutRow } from './row.js';

/** A payout arrives, or comes back: `payout.paid`, `payout.failed`. */
export const payoutLife: Life<PayoutRow> = {
  clock: () => null,
  due: ({ arrival_date: at, status }) => (status === 'pending' ? at : null),
  act: (unit, row) => (row.hidden.fails ? fail(unit, row) : arrive(unit, row)),
};

function arrive(unit: Unit, { id }: PayoutRow): void {
  unit.update('payout', id, { status: 'paid' });
  unit.emit('payout.paid', 'payout', id);
}

function fail(unit: Unit, { id, amount, currency }: PayoutRow): void {
  const failure_balance_transaction = moveMoney(unit, {
    amount,
    currency,
    type: 'payout_failure',
    source: id,
    description: 'STRIPE PAYOUT FAILURE',
    availableOn: unit.now,
  });
  unit.update('payout', id, {
    status: 'failed',
    failure_balance_transaction,
    failure_code: 'no_account',
    failure_message: 'The bank account details on file are probably incorrect. No bank account could be located.',
  });
  unit.emit('payout.failed', 'payout', id);
}
