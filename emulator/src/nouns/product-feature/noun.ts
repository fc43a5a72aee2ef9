import type { Noun } from '../../state/noun.js';
import { productFeatureOperations } from './operations.js';
import type { ProductFeatureRow } from './row.js';

export const productFeature: Noun<ProductFeatureRow> = {
  title: 'product feature',
  prefix: 'prodft',
  view: ({ hidden: _hidden, ...shown }, unit) => ({
    ...shown,
    entitlement_feature: unit.show('entitlements.feature', shown.entitlement_feature),
  }),
  indexes: ['hidden.product'],
  operations: productFeatureOperations,
};
