import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { invoiceItemEditOperations } from './edit.js';
import { invoiceItemOperations } from './operations.js';
import type { InvoiceItemRow } from './row.js';

export const invoiceItem: Noun<InvoiceItemRow> = {
  title: 'invoice item',
  prefix: 'ii',
  created: [{ name: 'invoiceitem.created' }],
  deleted: [{ name: 'invoiceitem.deleted' }],
  indexes: ['customer', 'invoice'],
  permission: 'invoice',
  operations: [...invoiceItemOperations, ...invoiceItemEditOperations],
  expansions: {
    ids: {
      customer: objectOf('customer'),
      discounts: objectOf('discount'),
      invoice: objectOf('invoice'),
      'pricing.price_details.price': objectOf('price'),
    },
  },
};
