import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import { planView } from '../plan/view.js';
import { optionsOf } from './currency-options.js';
import { productOf, tiersOf } from './expansions.js';
import { priceOperations } from './operations.js';
import type { PriceRow } from './row.js';

export const price: Noun<PriceRow> = {
  title: 'price',
  prefix: 'price',
  created: [{ name: 'price.created' }, { name: 'plan.created', view: planView, when: (row) => row.recurring !== null }],
  updated: [{ name: 'price.updated' }, { name: 'plan.updated', view: planView, when: (row) => row.recurring !== null }],
  deleted: [{ name: 'price.deleted' }, { name: 'plan.deleted', view: planView }],
  // Tiers and other currencies are shown only when asked for by `expand`.
  view: ({ tiers: _tiers, currency_options: _options, ...shown }) => shown,
  indexes: ['product', 'lookup_key'],
  searched: ['nickname', 'lookup_key'],
  permission: 'plan',
  operations: [
    ...priceOperations,
    searchOperation('/v1/prices/search', 'price', {
      active: 'boolean',
      currency: 'token',
      lookup_key: 'text',
      product: 'token',
      type: 'token',
    }),
  ],
  expansions: { ids: { product: productOf }, parts: { tiers: tiersOf, currency_options: optionsOf } },
};
