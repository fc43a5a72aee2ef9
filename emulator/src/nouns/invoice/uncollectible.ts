import { invalid } from '../../api/problem.js';
import type { InvoiceRow } from './row.js';
import type { Unit } from '../../state/unit.js';

/** `invoice.marked_uncollectible`: the money is not expected any more. */
export function markUncollectible(unit: Unit, id: string): InvoiceRow {
  const row = unit.need('invoice', id);
  if (row.status !== 'open') {
    throw invalid('You can only mark open invoices uncollectible.', undefined, 'invoice_not_editable');
  }
  const status_transitions = { ...row.status_transitions, marked_uncollectible_at: unit.now };
  unit.update('invoice', id, { status: 'uncollectible', auto_advance: false, status_transitions });
  unit.emit('invoice.marked_uncollectible', 'invoice', id);
  return unit.need('invoice', id);
}
