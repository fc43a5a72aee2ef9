import type { Route } from '../../shared/route.js';
import type { Query } from '../api.js';

/** What the service is asked for, from the filters in the address. */
export function filterOf({ query }: Route): Query {
  const { state = '', since = '', type, object, customer, account, feed, before } = query;
  const hours = { '1h': 1, '24h': 24, '7d': 168 }[since];
  return {
    type,
    object,
    customer,
    account,
    feed,
    before,
    since: hours === undefined ? undefined : new Date(minute() - hours * 3_600_000).toISOString(),
    ignored: state === 'ignored' ? true : undefined,
    waiting: state === 'waiting' ? true : undefined,
  };
}

/** The current minute, so that the same filter is the same question for a while. */
function minute(): number {
  return Math.floor(Date.now() / 60_000) * 60_000;
}

/** The filter without what says nothing, as the body of a request has it. */
export function bodyOf(query: Query): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  );
}
