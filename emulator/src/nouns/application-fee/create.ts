import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import type { FeeRefundRow } from '../fee-refund/row.js';
import type { ApplicationFeeRow } from './row.js';

export interface FeeSent {
  id: string;
  account: string;
  amount: number;
  charge: string;
  currency: string;
  /** The platform's own charge, if the connected account's was made of it. */
  original: string | null;
}

/** The platform earns: `application_fee.created`. */
export function createFee(unit: Unit, { id, account, amount, charge, currency, original }: FeeSent): ApplicationFeeRow {
  return unit.insert('application_fee', {
    id,
    object: 'application_fee',
    account,
    amount,
    amount_refunded: 0,
    application: APPLICATION,
    balance_transaction: moveMoney(unit, {
      amount,
      currency,
      type: 'application_fee',
      source: id,
      description: null,
    }),
    charge,
    created: unit.now,
    currency,
    fee_source: { charge: original ?? charge, type: 'charge' },
    livemode: false,
    originating_transaction: original,
    refunded: false,
  });
}

/** The platform's application, of which there is one. */
const APPLICATION = 'ca_1LocalEmulator000000000000';

/** The platform gives some of it back: `application_fee.refunded`. */
export function refundFee(
  unit: Unit,
  fee: string,
  sent: { amount?: number | undefined; metadata?: Record<string, string> },
): FeeRefundRow {
  const row = unit.need('application_fee', fee);
  const left = row.amount - row.amount_refunded;
  const amount = sent.amount ?? left;
  if (left === 0) throw invalid(`Application fee ${fee} has already been refunded.`, undefined, 'fee_already_refunded');
  if (amount > left) {
    throw invalid(`Refund amount (${amount}) is greater than unrefunded amount on fee (${left})`, 'amount');
  }
  const id = newId('fr');
  const refund = unit.insert('fee_refund', {
    id,
    object: 'fee_refund',
    amount,
    balance_transaction: moveMoney(unit, {
      amount: -amount,
      currency: row.currency,
      type: 'application_fee_refund',
      source: id,
      description: null,
    }),
    created: unit.now,
    currency: row.currency,
    fee,
    metadata: sent.metadata ?? {},
  });
  const refunded = row.amount_refunded + amount;
  unit.update('application_fee', fee, { amount_refunded: refunded, refunded: refunded === row.amount }, []);
  unit.emit('application_fee.refunded', 'application_fee', fee);
  return refund;
}
