import { listOperation, range } from '../api/list.js';
import type { Operation } from '../api/operation.js';
import { operation } from '../api/operation.js';
import { mergeMetadata, metadata, text } from '../api/params.js';
import { given, retrieveOperation } from '../api/standard.js';

export const chargeOperations: readonly Operation[] = [
  retrieveOperation('/v1/charges', 'charge'),
  operation(
    'POST /v1/charges/:id',
    { description: text(), metadata: metadata(), receipt_email: text() },
    ({ unit, at, params }) => {
      const row = unit.need('charge', at.id ?? '');
      const patch = given({
        description: params.description,
        metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
        receipt_email: params.receipt_email,
      });
      return unit.view('charge', unit.update('charge', row.id, patch));
    },
  ),
  listOperation('/v1/charges', {
    type: 'charge',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      payment_intent: { param: text(), field: 'payment_intent' },
      transfer_group: { param: text(), field: 'transfer_group' },
    },
  }),
];
