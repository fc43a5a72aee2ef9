import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import type { Noun } from '../../state/noun.js';
import { creditNoteOperations } from './operations.js';
import type { CreditNoteRow } from './row.js';

export const creditNote: Noun<CreditNoteRow> = {
  title: 'credit note',
  prefix: 'cn',
  created: [{ name: 'credit_note.created' }],
  updated: [{ name: 'credit_note.updated' }],
  view: (row, unit) => ({
    ...row,
    lines: sublist(`/v1/credit_notes/${row.id}/lines`, linesOf(row.id, unit)),
  }),
  indexes: ['invoice', 'customer', 'pdf'],
  searched: ['number'],
  operations: creditNoteOperations,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      customer_balance_transaction: objectOf('customer_balance_transaction'),
      invoice: objectOf('invoice'),
      'refunds.refund': objectOf('refund'),
    },
  },
};

const linesOf = (id: string, unit: Unit): Json[] =>
  unit.all('credit_note_line_item', 'hidden.creditNote', id).map((row) => unit.view('credit_note_line_item', row));
