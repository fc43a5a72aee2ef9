import type Stripe from 'stripe';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { integer, mergeMetadata, metadata, needed, oneOf, text, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import type { Life } from '../../clock/life.js';
import { newId } from '../../state/id.js';
import { moveMoney } from '../balance-transaction/operations.js';
import { currencyParam } from '../shared/params.js';

/** The days until the money can be used. Stripe says that they depend on the bank (https://docs.stripe.com/connect/top-ups). */
const ARRIVES_AFTER_SECONDS = 5 * 86_400;

/** Money comes from the account's own bank: pending, and in the balance some days later. */
export const topupOperations: readonly Operation[] = [
  operation(
    'POST /v1/topups',
    {
      amount: needed(integer(1)),
      currency: needed(currencyParam()),
      description: text(),
      metadata: metadata(),
      payment_method: unbuilt(),
      payment_method_options: unbuilt(),
      source: unbuilt(),
      statement_descriptor: text(15),
      transfer_group: text(),
    },
    ({ unit, params }) => {
      const row = unit.insert('topup', {
        id: newId('tu'),
        object: 'topup',
        amount: params.amount,
        balance_transaction: null,
        created: unit.now,
        currency: params.currency,
        description: params.description ?? null,
        expected_availability_date: unit.now + ARRIVES_AFTER_SECONDS,
        failure_code: null,
        failure_message: null,
        initiated_by: 'user',
        livemode: false,
        metadata: mergeMetadata(null, params.metadata),
        source: null,
        statement_descriptor: params.statement_descriptor ?? null,
        status: 'pending',
        transfer_group: params.transfer_group ?? null,
      });
      return unit.view('topup', row);
    },
  ),
  retrieveOperation('/v1/topups', 'topup'),
  operation('POST /v1/topups/:id', { description: text(), metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('topup', at.id ?? '');
    const patch = given({
      description: params.description,
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('topup', unit.update('topup', row.id, patch));
  }),
  operation('POST /v1/topups/:id/cancel', {}, ({ unit, at }) => {
    const row = unit.need('topup', at.id ?? '');
    if (row.status !== 'pending') throw invalid(`A top-up with a status of ${row.status} cannot be canceled.`);
    unit.update('topup', row.id, { status: 'canceled', expected_availability_date: null });
    unit.emit('topup.canceled', 'topup', row.id);
    return unit.show('topup', row.id);
  }),
  listOperation('/v1/topups', {
    type: 'topup',
    filters: {
      amount: range('amount'),
      created: range('created'),
      status: { param: oneOf('canceled', 'failed', 'pending', 'succeeded'), field: 'status' },
    },
  }),
];

/** The money is there: `topup.succeeded`. */
export const topupLife: Life<Stripe.Topup> = {
  clock: () => null,
  due: ({ status, expected_availability_date: at }) => (status === 'pending' ? at : null),
  act: (unit, { id, amount, currency, description }) => {
    const money = { amount, currency, type: 'topup' as const, source: id, description, availableOn: unit.now };
    unit.update('topup', id, { status: 'succeeded', balance_transaction: moveMoney(unit, money) });
    unit.emit('topup.succeeded', 'topup', id);
  },
};
