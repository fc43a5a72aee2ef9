import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { mergeMetadata, unbuiltAll } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { deletedStub, given } from '../../api/standard.js';
import type { InvoiceItemRow } from './row.js';
import type { LineItemRow } from '../line-item/row.js';
import type { Unit } from '../../state/unit.js';
import { idOf } from '../../state/unit.js';
import { redeemAll } from '../discount/operations.js';
import type { LineEdit } from '../line-item/operations.js';
import { editLine, edited, itemOfLine, lineFields } from '../line-item/operations.js';
import { total } from '../invoice/total.js';
import { ratesOf } from '../tax-rate/operations.js';

/** Items may be changed and deleted while they wait for an invoice, and while that invoice is a draft. */
export const invoiceItemEditOperations: readonly Operation[] = [
  operation(
    'POST /v1/invoiceitems/:id',
    { ...lineFields, ...unbuiltAll('invoicing_rules', 'tax_behavior', 'tax_code', 'unit_amount_decimal') },
    ({ unit, at, params }) => {
      const row = unit.need('invoiceitem', at.id ?? '');
      const invoice = editable(unit, row);
      if (invoice === null) editPending(unit, row, params);
      else {
        unit.around('invoice', invoice, () => {
          for (const line of linesOf(unit, row, invoice)) editLine(unit, line, params);
          total(unit, invoice);
        });
      }
      return unit.show('invoiceitem', row.id);
    },
  ),
  operation('DELETE /v1/invoiceitems/:id', {}, ({ unit, at }) => {
    const row = unit.need('invoiceitem', at.id ?? '');
    const invoice = editable(unit, row);
    if (invoice !== null) {
      unit.around('invoice', invoice, () => {
        for (const line of linesOf(unit, row, invoice)) unit.remove('line_item', line.id, []);
        total(unit, invoice);
      });
    }
    unit.remove('invoiceitem', row.id);
    return deletedStub(row.id, 'invoiceitem');
  }),
];

/** The draft that an item is on, or null. @throws Problem if it is on a finalized invoice */
function editable(unit: Unit, row: InvoiceItemRow): string | null {
  const invoice = unit.find('invoice', idOf(row.invoice));
  if (invoice === undefined) return null;
  if (invoice.status === 'draft') return invoice.id;
  throw invalid(
    'This invoice item is on a finalized invoice and can no longer be changed.',
    'id',
    'invoice_not_editable',
  );
}

const linesOf = (unit: Unit, item: InvoiceItemRow, invoice: string): LineItemRow[] =>
  unit.all('line_item', 'invoice', invoice).filter((line) => itemOfLine(line) === item.id);

function editPending(unit: Unit, row: InvoiceItemRow, sent: LineEdit): void {
  const changed = edited(unit, row, sent);
  unit.update('invoiceitem', row.id, {
    ...changed,
    ...given({
      discounts:
        sent.discounts === undefined
          ? undefined
          : redeemAll(unit, sent.discounts, { customer: idOf(row.customer), invoice_item: row.id }),
      metadata: sent.metadata === undefined ? undefined : mergeMetadata(row.metadata, sent.metadata),
      net_amount: changed.amount,
      tax_rates: sent.tax_rates === undefined ? undefined : ratesOf(unit, sent.tax_rates ?? []),
    }),
  });
}
