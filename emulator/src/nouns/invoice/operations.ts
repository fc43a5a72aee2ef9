import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, oneOf, text, unbuiltAll, unbuilt } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import { markUncollectible } from './uncollectible.js';
import { payNow } from './pay.js';
import { finalizeInvoice, invoicePaid, voidInvoice } from './status.js';

export const invoiceOperations: readonly Operation[] = [
  retrieveOperation('/v1/invoices', 'invoice'),
  operation('POST /v1/invoices/:id/finalize', { auto_advance: flag() }, ({ unit, at }) =>
    unit.view('invoice', finalizeInvoice(unit, at.id ?? '')),
  ),
  operation(
    'POST /v1/invoices/:id/pay',
    {
      off_session: flag(),
      paid_out_of_band: flag(),
      payment_method: text(),
      ...unbuiltAll('forgive', 'mandate', 'source'),
    },
    ({ unit, at, params }) => {
      const before = unit.need('invoice', at.id ?? '');
      if (before.status === 'draft') finalizeInvoice(unit, before.id);
      const row = unit.need('invoice', before.id);
      if (row.status === 'paid' && before.status === 'draft') return unit.view('invoice', row);
      if (row.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
      if (row.status !== 'open' && row.status !== 'uncollectible')
        throw invalid(
          `This invoice can no longer be paid: its status is ${row.status}.`,
          undefined,
          'invoice_not_payable',
        );
      if (params.paid_out_of_band === true) {
        invoicePaid(unit, row.id, null, true);
        return unit.show('invoice', row.id);
      }
      return payNow(unit, row, { paymentMethod: params.payment_method, offSession: params.off_session });
    },
  ),
  operation('POST /v1/invoices/:id/void', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.status !== 'open' && row.status !== 'uncollectible') {
      throw invalid(
        `You can only void open invoices; this one is ${row.status ?? 'unknown'}.`,
        undefined,
        'invoice_not_editable',
      );
    }
    return unit.view('invoice', voidInvoice(unit, row.id));
  }),
  operation('POST /v1/invoices/:id/mark_uncollectible', {}, ({ unit, at }) =>
    unit.view('invoice', markUncollectible(unit, at.id ?? '')),
  ),
  operation('POST /v1/invoices/:id/send', {}, ({ unit, at }) => {
    const row = unit.need('invoice', at.id ?? '');
    if (row.collection_method !== 'send_invoice')
      throw invalid('You can only manually send an invoice if its collection method is `send_invoice`.');
    if (row.status === 'draft') finalizeInvoice(unit, row.id);
    unit.emit('invoice.sent', 'invoice', row.id);
    return unit.show('invoice', row.id);
  }),
  listOperation('/v1/invoices/:id/lines', {
    type: 'line_item',
    parent: { type: 'invoice', field: 'invoice' },
    filters: {},
    oldestFirst: true,
  }),
  listOperation('/v1/invoices', {
    type: 'invoice',
    only: (row, asked) => !row.test_clock || asked.customer !== undefined || asked.subscription !== undefined,
    filters: {
      collection_method: { param: oneOf('charge_automatically', 'send_invoice'), field: 'collection_method' },
      created: range('created'),
      customer: { param: text(), field: 'customer' },
      customer_account: { param: unbuilt() },
      due_date: range('due_date'),
      status: { param: oneOf('draft', 'open', 'paid', 'uncollectible', 'void'), field: 'status' },
      subscription: { param: text(), field: 'hidden.subscription' },
    },
  }),
];
