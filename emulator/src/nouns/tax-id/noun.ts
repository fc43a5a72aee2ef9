import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { taxIdOperations } from './operations.js';
import type { TaxIdRow } from './row.js';

export const taxId: Noun<TaxIdRow> = {
  title: 'tax ID',
  prefix: 'txi',
  created: [{ name: 'customer.tax_id.created', when: ({ customer }) => customer !== null }],
  updated: [{ name: 'customer.tax_id.updated', when: ({ customer }) => customer !== null }],
  deleted: [{ name: 'customer.tax_id.deleted', when: ({ customer }) => customer !== null }],
  indexes: ['customer'],
  operations: taxIdOperations,
  expansions: { ids: { customer: objectOf('customer') } },
};
