import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import type { Json } from '../../state/rows.js';
import type { Unit } from '../../state/unit.js';
import { sourceOf, sourcesOf } from '../source/operations.js';
import { customerOperations } from './operations.js';
import { taxOf } from './tax.js';

export const customer: Noun<Stripe.Customer> = {
  title: 'customer',
  prefix: 'cus',
  stub: true,
  created: [{ name: 'customer.created' }],
  updated: [{ name: 'customer.updated' }],
  deleted: [{ name: 'customer.deleted' }],
  // What follows from it is shown only when it is expanded.
  view: (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'tax')),
  indexes: ['email', 'test_clock'],
  searched: ['name', 'email', 'description', 'phone'],
  operations: [
    ...customerOperations,
    searchOperation('/v1/customers/search', 'customer', {
      created: 'number',
      email: 'text',
      name: 'text',
      phone: 'text',
    }),
  ],
  expansions: {
    ids: {
      'invoice_settings.default_payment_method': objectOf('payment_method'),
      default_source: sourceOf,
    },
    parts: {
      subscriptions: liveSubscriptions,
      sources: sourcesOf,
      tax_ids: (id, unit) =>
        sublist(`/v1/customers/${id}/tax_ids`, unit.all('tax_id', 'customer', id).reverse() as unknown as Json[]),
      tax: taxOf,
      invoice_credit_balance: () => ({}),
      cash_balance: () => null,
      discount: () => null,
    },
  },
};

function liveSubscriptions(id: string, unit: Unit): Json {
  const rows = unit
    .all('subscription', 'customer', id)
    .filter((row) => row.status !== 'canceled' && row.status !== 'incomplete_expired');
  return sublist(
    `/v1/customers/${id}/subscriptions`,
    rows.reverse().map((row) => unit.view('subscription', row)),
  );
}
