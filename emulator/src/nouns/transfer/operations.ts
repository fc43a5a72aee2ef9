import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, integer, mergeMetadata, metadata, needed, oneOf, text } from '../../api/params.js';
import { invalid, missing, notBuilt } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { needAvailable } from '../balance-transaction/operations.js';
import { currencyParam } from '../shared/params.js';
import type { TransferReversalRow } from '../transfer-reversal/row.js';
import { createTransfer, reverseTransfer } from './create.js';

/** Money for connected accounts (https://docs.stripe.com/api/transfers). */
export const transferOperations: readonly Operation[] = [
  operation(
    'POST /v1/transfers',
    {
      amount: integer(1),
      currency: needed(currencyParam()),
      description: text(),
      destination: needed(text()),
      metadata: metadata(),
      source_transaction: text(),
      source_type: oneOf('bank_account', 'card', 'fpx'),
      transfer_group: text(),
    },
    ({ unit, params }) => {
      const charge =
        params.source_transaction === undefined
          ? undefined
          : unit.need('charge', params.source_transaction, 'source_transaction');
      const amount = params.amount ?? charge?.amount;
      if (amount === undefined) throw invalid('Missing required param: amount.', 'amount', 'parameter_missing');
      if (charge === undefined) needAvailable(unit, amount, params.currency);
      else checkSource(unit, charge.id, amount, params.currency);
      const paid = unit.find('balance_transaction', idOf(charge?.balance_transaction));
      const row = createTransfer(unit, {
        amount,
        currency: params.currency,
        destination: params.destination,
        description: params.description ?? null,
        metadata: mergeMetadata(null, params.metadata),
        sourceTransaction: charge?.id ?? null,
        transferGroup: params.transfer_group ?? charge?.transfer_group ?? null,
        ...given({ availableOn: paid?.available_on }),
      });
      return unit.view('transfer', row);
    },
  ),
  retrieveOperation('/v1/transfers', 'transfer'),
  operation('POST /v1/transfers/:id', { description: text(), metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('transfer', at.id ?? '');
    const patch = given({
      description: params.description,
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('transfer', unit.update('transfer', row.id, patch));
  }),
  listOperation('/v1/transfers', {
    type: 'transfer',
    filters: {
      created: range('created'),
      destination: { param: text(), field: 'destination' },
      transfer_group: { param: text(), field: 'transfer_group' },
    },
  }),
  operation(
    'POST /v1/transfers/:id/reversals',
    { amount: integer(1), description: text(), metadata: metadata(), refund_application_fee: flag() },
    ({ unit, at, params }) => {
      if (params.refund_application_fee === true) throw notBuilt("the parameter 'refund_application_fee'");
      const row = unit.need('transfer', at.id ?? '');
      const reversal = reverseTransfer(unit, row.id, {
        amount: params.amount,
        description: params.description ?? null,
        metadata: mergeMetadata(null, params.metadata),
      });
      return unit.view('transfer_reversal', reversal);
    },
  ),
  listOperation('/v1/transfers/:id/reversals', {
    type: 'transfer_reversal',
    parent: { type: 'transfer', field: 'transfer' },
    filters: {},
  }),
  operation('GET /v1/transfers/:transfer/reversals/:id', {}, ({ unit, at }) =>
    unit.view('transfer_reversal', reversalOf(unit, at)),
  ),
  operation('POST /v1/transfers/:transfer/reversals/:id', { metadata: metadata() }, ({ unit, at, params }) => {
    const row = reversalOf(unit, at);
    if (params.metadata === undefined) return unit.view('transfer_reversal', row);
    const merged = mergeMetadata(row.metadata, params.metadata);
    unit.around('transfer', row.transfer, () => {
      unit.update('transfer_reversal', row.id, { metadata: merged });
    });
    return unit.show('transfer_reversal', row.id);
  }),
];

/** What a charge brought is shared out, and no more. @throws Problem */
function checkSource(unit: Unit, charge: string, amount: number, currency: string): void {
  const { amount: whole, currency: paid } = unit.need('charge', charge);
  if (paid !== currency) {
    throw invalid(
      `The currency of source_transaction's balance transaction (${paid}) must be the transfer's.`,
      'currency',
    );
  }
  const before = unit.all('transfer', 'source_transaction', charge).reduce((sum, row) => sum + row.amount, 0);
  if (before + amount <= whole) return;
  throw invalid(
    `Transfers using this transaction as a source must not exceed the source amount of ${whole}. (There is already ${before} transferred.)`,
    'amount',
  );
}

function reversalOf(unit: Unit, { transfer = '', id = '' }: Readonly<Record<string, string>>): TransferReversalRow {
  unit.need('transfer', transfer);
  const row = unit.find('transfer_reversal', id);
  if (row === undefined || row.transfer !== transfer) throw missing('transfer reversal', id, 'id', 404);
  return row;
}
