import { listOperation } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { accepted, flag, needed, oneOf, text, timestamp } from '../../api/params.js';
import { invalid, notBuilt } from '../../api/problem.js';
import { deletedStub, retrieveOperation } from '../../api/standard.js';
import { BASIL } from '../../versions/dates.js';
import { followSubscription } from '../subscription-schedule/phase-now.js';
import { hasEnded } from '../subscription/end.js';
import { changeItem, changeItems, itemFields } from '../subscription/items.js';
import { rebillAround } from '../subscription/bill-change.js';

const behavior = {
  payment_behavior: oneOf('allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete'),
  proration_behavior: oneOf('always_invoice', 'create_prorations', 'none'),
  proration_date: timestamp(),
};

const USAGE = [
  'POST /v1/subscription_items/:id/usage_records',
  'GET /v1/subscription_items/:id/usage_record_summaries',
] as const;
const usage = {
  action: accepted(),
  ending_before: accepted(),
  limit: accepted(),
  quantity: accepted(),
  starting_after: accepted(),
  timestamp: accepted(),
};

export const subscriptionItemOperations: readonly Operation[] = [
  // Usage was recorded here before there were meters (removed with basil).
  ...USAGE.map((route) =>
    operation(
      route,
      usage,
      () => {
        throw notBuilt(`${route} (usage without a meter)`);
      },
      { until: BASIL },
    ),
  ),
  operation(
    'POST /v1/subscription_items',
    { ...itemFields, ...behavior, subscription: needed(text()) },
    ({ unit, params }) => {
      const owner = unit.need('subscription', params.subscription, 'subscription');
      if (hasEnded(owner)) throw invalid('You cannot add items to a canceled subscription.', 'subscription');
      rebillAround(unit, owner, params, () => changeItems(unit, owner, [params]));
      followSubscription(unit, unit.need('subscription', owner.id));
      const made = unit.all('subscription_item', 'subscription', owner.id).at(-1);
      if (made === undefined) throw new Error('the item just made is gone');
      return unit.view('subscription_item', made);
    },
  ),
  retrieveOperation('/v1/subscription_items', 'subscription_item'),
  operation(
    'POST /v1/subscription_items/:id',
    { ...itemFields, ...behavior, off_session: flag() },
    ({ unit, at, params }) => {
      const row = unit.need('subscription_item', at.id ?? '');
      const owner = unit.need('subscription', row.subscription);
      rebillAround(unit, owner, params, () => changeItem(unit, { subscription: owner, row }, params, ''));
      followSubscription(unit, unit.need('subscription', owner.id));
      return unit.show('subscription_item', row.id);
    },
  ),
  operation('DELETE /v1/subscription_items/:id', { ...behavior, clear_usage: flag() }, ({ unit, at, params }) => {
    const row = unit.need('subscription_item', at.id ?? '');
    const owner = unit.need('subscription', row.subscription);
    rebillAround(unit, owner, params, () => changeItems(unit, owner, [{ id: row.id, deleted: true }]));
    followSubscription(unit, unit.need('subscription', owner.id));
    return deletedStub(row.id, 'subscription_item');
  }),
  listOperation('/v1/subscription_items', {
    type: 'subscription_item',
    filters: { subscription: { param: needed(text()), field: 'subscription' } },
    // In the order of the subscription's own list, so that a cursor taken there works here.
    oldestFirst: true,
  }),
];
