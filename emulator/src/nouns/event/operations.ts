import { isThinOnly } from '../../delivery/thin.js';
import { listOperation, range } from '../../api/list.js';
import type { Operation } from '../../api/operation.js';
import { operation } from '../../api/operation.js';
import { flag, listOf, text } from '../../api/params.js';
import { invalid } from '../../api/problem.js';
import { retrieveOperation } from '../../api/standard.js';
import type { EventRow } from './row.js';

const TYPES_MAX = 20;

/** Whether lists have the event yet. */
export const isListed = ({ hidden_until: until }: EventRow, now: number): boolean =>
  until === undefined || until <= now;

export const eventOperations: readonly Operation[] = [
  retrieveOperation('/v1/events', 'event'),
  listOperation('/v1/events', {
    type: 'event',
    only: (row, _asked, unit) => isListed(row, unit.wall) && !isThinOnly(row.type),
    filters: {
      created: range('created'),
      delivery_success: { param: flag(), test: (row, wanted: boolean) => (row.pending === 0) === wanted },
      type: { param: text(), test: (row, pattern: string) => matches(row.type, pattern) },
      types: {
        param: listOf(text(), TYPES_MAX),
        test: (row, patterns: string[]) => patterns.some((pattern) => matches(row.type, pattern)),
      },
      // Stripe's own pages ask by object; so does the dashboard page here.
      related_object: { param: text(), field: 'object_id' },
    },
    exclusive: ['type', 'types'],
  }),
  operation(
    'POST /v1/events/:id/retry',
    { webhook_endpoint: text(), account: text() },
    ({ unit, at, params, deliveries }) => {
      const row = unit.need('event', at.id ?? '');
      if (params.webhook_endpoint !== undefined) {
        const endpoint = unit.need('webhook_endpoint', params.webhook_endpoint, 'webhook_endpoint');
        if (endpoint.status !== 'enabled') throw invalid('The webhook endpoint is disabled.', 'webhook_endpoint');
      }
      deliveries.resend(row, unit.store, params.webhook_endpoint);
      return unit.view('event', row);
    },
  ),
];

function matches(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
