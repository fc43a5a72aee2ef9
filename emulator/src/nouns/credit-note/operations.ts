import { SUBLIST_MAX, listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { integer, mergeMetadata, metadata, text, unbuilt, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { given, retrieveOperation } from '../../api/standard.js';
import { idOf } from '../../state/unit.js';
import { createCreditNote, creditNoteParams } from './create.js';
import { settleCredit } from '../invoice/credit.js';

export const creditNoteOperations: readonly Operation[] = [
  operation('POST /v1/credit_notes', creditNoteParams, ({ unit, params }) =>
    unit.view('credit_note', createCreditNote(unit, params)),
  ),
  // What the same call would make, made and taken back.
  operation('GET /v1/credit_notes/preview', creditNoteParams, ({ unit, params }) => {
    const shown = unit.view('credit_note', createCreditNote(unit, params));
    unit.rollback();
    return shown;
  }),
  operation(
    'GET /v1/credit_notes/preview/lines',
    { ...creditNoteParams, limit: integer(1, 100), ...unbuiltAll('ending_before', 'starting_after') },
    ({ unit, params: { limit = SUBLIST_MAX, ...sent } }) => {
      const { id } = createCreditNote(unit, sent);
      const lines = unit
        .all('credit_note_line_item', 'hidden.creditNote', id)
        .map((row) => unit.view('credit_note_line_item', row));
      unit.rollback();
      const url = '/v1/credit_notes/preview/lines';
      return { object: 'list', data: lines.slice(0, limit), has_more: lines.length > limit, url };
    },
  ),
  retrieveOperation('/v1/credit_notes', 'credit_note'),
  operation('POST /v1/credit_notes/:id', { memo: text(), metadata: metadata() }, ({ unit, at, params }) => {
    const row = unit.need('credit_note', at.id ?? '');
    const patch = given({
      memo: params.memo,
      metadata: params.metadata === undefined ? undefined : mergeMetadata(row.metadata, params.metadata),
    });
    return unit.view('credit_note', unit.update('credit_note', row.id, patch));
  }),
  operation('POST /v1/credit_notes/:id/void', {}, ({ unit, at }) => {
    const row = unit.need('credit_note', at.id ?? '');
    if (row.status === 'void') throw invalid('This credit note is already void.', undefined, 'credit_note_void');
    if (row.post_payment_amount > 0) {
      throw invalid('You can only void credit notes on open invoices.', undefined, 'invoice_not_editable');
    }
    unit.update('credit_note', row.id, { status: 'void', voided_at: unit.now }, []);
    settleCredit(unit, idOf(row.invoice) ?? '', -row.amount, 0);
    unit.emit('credit_note.voided', 'credit_note', row.id);
    return unit.show('credit_note', row.id);
  }),
  listOperation('/v1/credit_notes/:id/lines', {
    type: 'credit_note_line_item',
    parent: { type: 'credit_note', field: 'hidden.creditNote' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/credit_notes', {
    type: 'credit_note',
    filters: {
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      invoice: { param: text(), field: 'invoice' },
    },
  }),
];
