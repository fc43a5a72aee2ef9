import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { subscriptionItemOperations } from './operations.js';
import type { SubscriptionItemRow } from './row.js';
import { itemView } from './view.js';

/** Items have no events of their own: a change is an update of their subscription. */
export const subscriptionItem: Noun<SubscriptionItemRow> = {
  title: 'subscription_item',
  prefix: 'si',
  view: itemView,
  indexes: ['subscription', 'price'],
  permission: 'subscription',
  operations: subscriptionItemOperations,
  expansions: { ids: { discounts: objectOf('discount') } },
};
