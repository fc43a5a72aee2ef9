import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { integer, mergeMetadata, metadata, text } from '../../api/params.js';
import { missing } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import type { Unit } from '../../state/unit.js';
import type { FeeRefundRow } from '../fee-refund/row.js';
import { refundFee } from './create.js';

/** What the platform earns by its connected accounts' charges (https://docs.stripe.com/api/application_fees). */
export const applicationFeeOperations: readonly Operation[] = [
  retrieveOperation('/v1/application_fees', 'application_fee'),
  listOperation('/v1/application_fees', {
    type: 'application_fee',
    filters: { charge: { param: text(), field: 'charge' }, created: range('created') },
  }),
  operation(
    'POST /v1/application_fees/:id/refunds',
    { amount: integer(1), metadata: metadata() },
    ({ unit, at, params }) => {
      const fee = unit.need('application_fee', at.id ?? '');
      const sent = { amount: params.amount, metadata: mergeMetadata(null, params.metadata) };
      return unit.view('fee_refund', refundFee(unit, fee.id, sent));
    },
  ),
  listOperation('/v1/application_fees/:id/refunds', {
    type: 'fee_refund',
    parent: { type: 'application_fee', field: 'fee' },
    filters: {},
  }),
  operation('GET /v1/application_fees/:fee/refunds/:id', {}, ({ unit, at }) =>
    unit.view('fee_refund', refundOf(unit, at)),
  ),
  operation('POST /v1/application_fees/:fee/refunds/:id', { metadata: metadata() }, ({ unit, at, params }) => {
    const row = refundOf(unit, at);
    const patch = params.metadata === undefined ? {} : { metadata: mergeMetadata(row.metadata, params.metadata) };
    return unit.view('fee_refund', unit.update('fee_refund', row.id, patch));
  }),
];

function refundOf(unit: Unit, { fee = '', id = '' }: Readonly<Record<string, string>>): FeeRefundRow {
  unit.need('application_fee', fee);
  const row = unit.find('fee_refund', id);
  if (row === undefined || row.fee !== fee) throw missing('fee refund', id, 'id', 404);
  return row;
}
