import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { useEventColumns } from './event-table.js';
import { Filter, ListPage, useSearch } from '../list-page.js';
import { useList } from '../loaded.js';
import { href, type Route } from '../route.js';

/** The list of events. */
export function Events({ route }: { route: Route }): VNode {
  const type = route.query['type'] ?? '';
  const list = useList<Stripe.Event>('/v1/events', ['event'], type === '' ? {} : { type }, useSearch(route));
  const columns = useEventColumns();
  return (
    <ListPage
      title="Events"
      about="Every change and its webhook deliveries"
      route={route}
      list={list}
      columns={columns}
      href={(event) => href('events', event.id)}
      filters={<Filter route={route} name="type" label="Event type" options={withPicked(types, type)} />}
      empty={<Empty title="No events yet">Change something here or through the API; its event appears at once.</Empty>}
    />
  );
}

type Options = readonly (readonly [string, string])[];

/** The options of the type filter. They include a type typed into the URL, or the filter would look unset. */
function withPicked(options: Options, picked: string): Options {
  return options.some(([value]) => value === picked) ? options : [...options, [picked, picked]];
}

const types: Options = [
  ['', 'All types'],
  ['customer.*', 'customer.*'],
  ['customer.created', 'customer.created'],
  ['customer.updated', 'customer.updated'],
  ['customer.deleted', 'customer.deleted'],
  ['customer.subscription.*', 'customer.subscription.*'],
  ['customer.subscription.created', 'customer.subscription.created'],
  ['customer.subscription.updated', 'customer.subscription.updated'],
  ['customer.subscription.deleted', 'customer.subscription.deleted'],
  ['product.*', 'product.*'],
  ['price.*', 'price.*'],
  ['plan.*', 'plan.*'],
  ['invoice.*', 'invoice.*'],
  ['payment_intent.*', 'payment_intent.*'],
  ['setup_intent.*', 'setup_intent.*'],
  ['payment_method.*', 'payment_method.*'],
  ['charge.*', 'charge.*'],
];
