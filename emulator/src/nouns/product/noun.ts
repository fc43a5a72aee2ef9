import type Stripe from 'stripe';
import { objectOf } from '../../api/expand.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import { productOperations } from './operations.js';

export const product: Noun<Stripe.Product> = {
  title: 'product',
  prefix: 'prod',
  created: [{ name: 'product.created' }],
  updated: [{ name: 'product.updated' }],
  deleted: [{ name: 'product.deleted' }],
  searched: ['name', 'description'],
  operations: [
    ...productOperations,
    searchOperation('/v1/products/search', 'product', {
      active: 'boolean',
      description: 'text',
      name: 'text',
      shippable: 'boolean',
      url: 'text',
    }),
  ],
  expansions: { ids: { default_price: objectOf('price') }, parts: { tax_code: () => null } },
};
