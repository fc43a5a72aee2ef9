import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { paymentMethodOperations } from './operations.js';
import type { PaymentMethodRow } from './row.js';

export const paymentMethod: Noun<PaymentMethodRow> = {
  title: 'PaymentMethod',
  prefix: 'pm',
  updated: [{ name: 'payment_method.updated' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer'],
  searched: [],
  operations: paymentMethodOperations,
  expansions: { ids: { customer: objectOf('customer') } },
};
