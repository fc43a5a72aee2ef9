import { objectOf } from '../../api/expand.js';
import { sublist } from '../../api/list.js';
import { searchOperation } from '../../api/search.js';
import type { Noun } from '../../state/noun.js';
import { idOf } from '../../state/unit.js';
import { entitle } from '../active-entitlement/entitle.js';
import { subscriptionLife } from './life.js';
import { subscriptionOperations } from './operations.js';
import { subscriptionPauseOperations } from './pause.js';
import type { SubscriptionRow } from './row.js';
import { itemView } from '../subscription-item/view.js';
import { singleItem } from './single-item.js';

export const subscription: Noun<SubscriptionRow> = {
  title: 'subscription',
  prefix: 'sub',
  created: [{ name: 'customer.subscription.created' }],
  updated: [{ name: 'customer.subscription.updated' }],
  after: (row, unit) => entitle(unit, idOf(row.customer) ?? ''),
  view: ({ hidden: _hidden, ...row }, unit) => {
    const items = unit.all('subscription_item', 'subscription', row.id).map((item) => itemView(item, unit));
    return {
      ...row,
      items: sublist(`/v1/subscription_items?subscription=${row.id}`, items),
      ...singleItem(items),
    };
  },
  indexes: ['customer'],
  searched: ['description'],
  operations: [
    ...subscriptionOperations,
    ...subscriptionPauseOperations,
    searchOperation('/v1/subscriptions/search', 'subscription', {
      canceled_at: 'number',
      created: 'number',
      status: 'token',
    }),
  ],
  life: subscriptionLife,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      default_payment_method: objectOf('payment_method'),
      latest_invoice: objectOf('invoice'),
      pending_setup_intent: objectOf('setup_intent'),
      discounts: objectOf('discount'),
      schedule: objectOf('subscription_schedule'),
      test_clock: objectOf('test_helpers.test_clock'),
    },
    parts: { default_source: () => null },
  },
};
