import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import type { Values } from '../../api/params.js';
import { integer, mergeMetadata, metadata, needed, oneOf, text, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { newId } from '../../state/id.js';
import type { Unit } from '../../state/unit.js';
import { moveMoney, needAvailable } from '../balance-transaction/operations.js';
import { defaultAccount, failsPayouts } from '../bank-account/own.js';
import { currencyParam } from '../shared/params.js';
import type { PayoutRow } from './row.js';

const DAY = 86_400;
const createParams = {
  amount: needed(integer(1)),
  currency: needed(currencyParam()),
  description: text(),
  destination: text(),
  metadata: metadata(),
  method: oneOf('instant', 'standard'),
  payout_method: unbuilt(),
  source_type: oneOf('bank_account', 'card', 'fpx'),
  statement_descriptor: text(22),
};

/** Money leaves for the bank (https://docs.stripe.com/api/payouts): pending for two days, at once if it is instant. */
export const payoutOperations: readonly Operation[] = [
  operation('POST /v1/payouts', createParams, ({ unit, params }) => unit.view('payout', createPayout(unit, params))),
  retrieveOperation('/v1/payouts', 'payout'),
  operation('POST /v1/payouts/:id', { metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('payout', at.id ?? '');
    const patch = given({
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('payout', unit.update('payout', row.id, patch));
  }),
  operation('POST /v1/payouts/:id/cancel', {}, ({ unit, at }) => {
    const row = unit.need('payout', at.id ?? '');
    if (row.status !== 'pending') {
      throw invalid(`Payouts with a status of ${row.status} cannot be canceled.`, undefined, 'payout_not_cancelable');
    }
    const failure_balance_transaction = moveBack(unit, row, 'payout_cancel');
    unit.update('payout', row.id, { status: 'canceled', failure_balance_transaction });
    unit.emit('payout.canceled', 'payout', row.id);
    return unit.show('payout', row.id);
  }),
  operation('POST /v1/payouts/:id/reverse', { metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('payout', at.id ?? '');
    if (row.status !== 'paid' || row.reversed_by !== null) {
      throw invalid('Only a payout that is paid and not reversed yet can be reversed.');
    }
    const id = newId('po');
    const reversal = insertPayout(unit, {
      ...row,
      id,
      amount: -row.amount,
      balance_transaction: moveMoney(unit, {
        amount: row.amount,
        currency: row.currency,
        type: 'payout',
        source: id,
        description: 'REVERSED PAYOUT',
      }),
      created: unit.now,
      metadata: mergeMetadata(null, params.metadata),
      original_payout: row.id,
    });
    unit.update('payout', row.id, { reversed_by: reversal.id });
    return unit.view('payout', reversal);
  }),
  listOperation('/v1/payouts', {
    type: 'payout',
    filters: {
      arrival_date: range('arrival_date'),
      created: range('created'),
      destination: { param: text(), field: 'destination' },
      status: { param: oneOf('canceled', 'failed', 'in_transit', 'paid', 'pending'), field: 'status' },
    },
  }),
];

function createPayout(unit: Unit, sent: Values<typeof createParams>): PayoutRow {
  needAvailable(unit, sent.amount, sent.currency);
  const bank = defaultAccount(unit, sent.currency, sent.destination);
  const id = newId('po');
  const instant = sent.method === 'instant';
  return insertPayout(unit, {
    id,
    object: 'payout',
    amount: sent.amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: instant ? unit.now : Math.floor(unit.now / DAY + 2) * DAY,
    automatic: false,
    balance_transaction: moveMoney(unit, {
      amount: -sent.amount,
      currency: sent.currency,
      type: 'payout',
      source: id,
      description: sent.description ?? 'STRIPE PAYOUT',
      availableOn: unit.now,
    }),
    created: unit.now,
    currency: sent.currency,
    description: sent.description ?? 'STRIPE PAYOUT',
    destination: bank.id,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: mergeMetadata(null, sent.metadata),
    method: sent.method ?? 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'not_applicable',
    reversed_by: null,
    source_type: sent.source_type ?? 'card',
    statement_descriptor: sent.statement_descriptor ?? null,
    status: 'pending',
    trace_id: null,
    type: 'bank_account',
    hidden: { fails: failsPayouts(bank) },
  });
}

const insertPayout = (unit: Unit, row: PayoutRow): PayoutRow => unit.insert('payout', row);

/** The money is in the balance again. */
const moveBack = (unit: Unit, { id, amount, currency }: PayoutRow, type: 'payout_cancel'): string =>
  moveMoney(unit, { amount, currency, type, source: id, description: null, availableOn: unit.now });
