import { invalid } from '../../api/problem.js';
import { newId } from '../../state/id.js';
import { storeOf } from '../../state/store.js';
import type { Unit } from '../../state/unit.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { receiveCharge } from '../charge/receive.js';
import type { TransferReversalRow } from '../transfer-reversal/row.js';
import type { TransferRow } from './row.js';

export interface TransferSent {
  amount: number;
  currency: string;
  destination: string;
  applicationFee?: number;
  description?: string | null;
  metadata?: Record<string, string>;
  /** When the money can be used there: with its charge, or at once. */
  availableOn?: number;
  sourceTransaction?: string | null;
  transferGroup?: string | null;
}

/** Money goes to a connected account: `transfer.created`. There it is a payment. */
export function createTransfer(unit: Unit, sent: TransferSent): TransferRow {
  const { amount, currency, destination } = sent;
  const store = storeOf(unit.store, destination);
  if (store === undefined || destination === unit.store.identity.account) {
    throw invalid(`No such destination: '${destination}'`, 'destination', 'resource_missing');
  }
  const id = newId('tr');
  const payment = newId('py');
  const availableOn = sent.availableOn ?? unit.now;
  const row = unit.insert('transfer', {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: moveMoney(unit, {
      amount: -amount,
      currency,
      type: 'transfer',
      source: id,
      description: sent.description ?? null,
      availableOn,
    }),
    created: unit.now,
    currency,
    description: sent.description ?? null,
    destination,
    destination_payment: payment,
    livemode: false,
    metadata: sent.metadata ?? {},
    reversed: false,
    source_transaction: sent.sourceTransaction ?? null,
    source_type: 'card',
    transfer_group: sent.transferGroup ?? null,
  });
  const { applicationFee = 0 } = sent;
  const received = { id: payment, amount, currency, transfer: id, applicationFee, availableOn };
  unit.later((there) => receiveCharge(there, received), store);
  return row;
}

export interface ReversalSent {
  amount?: number | undefined;
  description?: string | null;
  metadata?: Record<string, string>;
  sourceRefund?: string | null;
}

/** Money comes back: `transfer.reversed`. */
export function reverseTransfer(unit: Unit, id: string, sent: ReversalSent): TransferReversalRow {
  const row = unit.need('transfer', id);
  const left = row.amount - row.amount_reversed;
  const amount = sent.amount ?? left;
  if (left === 0) throw invalid(`Transfer ${id} is already fully reversed.`, undefined, 'transfer_already_reversed');
  if (amount > left) {
    throw invalid(`Cannot reverse more than the unreversed amount of the transfer (${left}).`, 'amount');
  }
  const reversalId = newId('trr');
  const reversed = row.amount_reversed + amount;
  let reversal: TransferReversalRow | undefined;
  unit.around(
    'transfer',
    id,
    () => {
      reversal = unit.insert('transfer_reversal', {
        id: reversalId,
        object: 'transfer_reversal',
        amount,
        balance_transaction: moveMoney(unit, {
          amount,
          currency: row.currency,
          type: 'transfer_refund',
          source: reversalId,
          description: sent.description ?? null,
          availableOn: unit.now,
        }),
        created: unit.now,
        currency: row.currency,
        destination_payment_refund: null,
        metadata: sent.metadata ?? {},
        source_refund: sent.sourceRefund ?? null,
        transfer: id,
      });
      unit.update('transfer', id, { amount_reversed: reversed, reversed: reversed === row.amount }, []);
    },
    [{ name: 'transfer.reversed' }],
  );
  const store = storeOf(unit.store, row.destination);
  const payment = row.destination_payment;
  if (store !== undefined && typeof payment === 'string') {
    unit.later((there) => giveBack(there, payment, amount), store);
  }
  return reversal as TransferReversalRow;
}

/** The connected account's payment is refunded by as much. */
function giveBack(there: Unit, payment: string, amount: number): void {
  const charge = there.find('charge', payment);
  if (charge === undefined) return;
  const refunded = charge.amount_refunded + amount;
  moveMoney(there, {
    amount: -amount,
    currency: charge.currency,
    type: 'payment_refund',
    source: payment,
    description: null,
    availableOn: there.now,
  });
  there.update('charge', payment, { amount_refunded: refunded, refunded: refunded === charge.amount }, []);
  there.emit('charge.refunded', 'charge', payment);
}
