import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import { invoiceEditOperations } from './edit.js';
import { invoiceLife } from './life.js';
import { invoiceOperations } from './operations.js';
import { confirmationSecret, invoicePayments } from './parts.js';
import { invoicePreviewOperations } from './preview.js';
import type { InvoiceRow } from './row.js';

export const invoice: Noun<InvoiceRow> = {
  title: 'invoice',
  prefix: 'in',
  created: [{ name: 'invoice.created' }],
  updated: [{ name: 'invoice.updated' }],
  deleted: [{ name: 'invoice.deleted' }],
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    lines: sublist(
      `/v1/invoices/${shown.id}/lines`,
      unit.all('line_item', 'invoice', shown.id).map((line) => unit.view('line_item', line)),
    ),
  }),
  indexes: ['customer', 'hidden.subscription', 'hosted_invoice_url'],
  searched: ['number', 'customer_name', 'customer_email'],
  operations: [
    ...invoiceOperations,
    ...invoiceEditOperations,
    ...invoicePreviewOperations,
    searchOperation('/v1/invoices/search', 'invoice', {
      created: 'number',
      currency: 'token',
      customer: 'token',
      last_finalization_error_code: 'token',
      last_finalization_error_type: 'token',
      number: 'text',
      receipt_number: 'text',
      status: 'token',
      subscription: 'token',
      total: 'number',
    }),
  ],
  life: invoiceLife,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      default_payment_method: objectOf('payment_method'),
      'parent.subscription_details.subscription': objectOf('subscription'),
      discounts: objectOf('discount'),
      'total_discount_amounts.discount': objectOf('discount'),
      test_clock: objectOf('test_helpers.test_clock'),
    },
    parts: {
      confirmation_secret: confirmationSecret,
      payments: invoicePayments,
    },
  },
};
