import { objectOf } from '../../api/expand.js';
import type { Noun } from '../../state/noun.js';
import { scheduleLife } from './life.js';
import { scheduleOperations } from './operations.js';
import type { ScheduleRow } from './row.js';

export const subscriptionSchedule: Noun<ScheduleRow> = {
  title: 'subscription schedule',
  prefix: 'sub_sched',
  created: [{ name: 'subscription_schedule.created' }],
  updated: [{ name: 'subscription_schedule.updated' }],
  view: ({ hidden: _hidden, ...shown }) => shown,
  indexes: ['customer', 'subscription'],
  searched: [],
  permission: 'subscription',
  operations: scheduleOperations,
  life: scheduleLife,
  expansions: {
    ids: {
      customer: objectOf('customer'),
      subscription: objectOf('subscription'),
      'phases.items.price': objectOf('price'),
    },
  },
};
