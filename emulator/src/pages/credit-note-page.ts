import { missing } from '../api/problem.js';
import { written } from '../nouns/price/currency.js';
import type { CreditNoteRow } from '../nouns/credit-note/row.js';
import type { Unit } from '../state/unit.js';
import { idOf } from '../state/unit.js';
import type { PageReply, PageRequest } from './reply.js';
import { pdf } from './pdf.js';

/** The credit note of an address, `acct_…/test_…/pdf`. */
export function creditNoteOfPage(unit: Unit, slug: string): CreditNoteRow | undefined {
  return unit.all('credit_note', 'pdf', `${unit.store.origin}/credit_notes/${slug}`)[0];
}

/** A credit note as a PDF, the only form in which a customer sees one. */
export function creditNotePage({ api, id }: PageRequest): PageReply {
  return api.internally((unit) => {
    const row = creditNoteOfPage(unit, id);
    if (row === undefined) throw missing('credit note', id, 'id', 404);
    const money = (amount: number): string => written(amount, row.currency);
    const customer = unit.find('customer', idOf(row.customer));
    const lines = unit
      .all('credit_note_line_item', 'hidden.creditNote', row.id)
      .map(({ description, amount }) => `${description ?? ''}   ${money(amount)}`);
    const body = pdf([
      `Credit note ${row.number}`,
      `for invoice ${unit.find('invoice', idOf(row.invoice))?.number ?? ''}`,
      customer?.name ?? customer?.email ?? '',
      '',
      ...lines,
      `Total   ${money(row.total)}`,
      ...(row.status === 'void' ? ['void'] : []),
    ]);
    return { status: 200, headers: { 'content-type': 'application/pdf' }, body };
  });
}
