import type { Noun } from '../../state/noun.js';
import type { CreditNoteLineRow } from './row.js';

export const creditNoteLine: Noun<CreditNoteLineRow> = {
  title: 'credit note line item',
  prefix: 'cnli',
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['hidden.creditNote'],
};
