import type { VNode } from 'preact';
import type Stripe from 'stripe';
import { Empty } from '../../../web/shared/empty.js';
import { Id } from '../../../web/shared/id.js';
import { StripeTime } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { own } from '../api.js';
import type { Delivery } from '../webhook/delivery.js';
import { useEmulator } from '../emulator.js';
import { useList, useLoaded } from '../loaded.js';
import { href } from '../route.js';

type EventObject = Readonly<Record<string, unknown>>;

/**
 * The latest events about the object `of`, merged with those of the last hundred events that `about` accepts. A
 * customer's page uses `about` for the events of the customer's subscriptions and invoices.
 */
export function EventTable(props: {
  of?: string;
  about?: (object: EventObject, event: Stripe.Event) => boolean;
}): VNode {
  const { of = NO_ID, about = () => false } = props;
  const { live } = useEmulator();
  const list = useList<Stripe.Event>('/v1/events', ['event']);
  const its = useList<Stripe.Event>('/v1/events', ['event'], { related_object: of });
  const columns = useEventColumns();
  const chosen = list.value.value?.filter((event) => about(objectOf(event), event));
  return (
    <Table
      label="Events"
      columns={columns}
      rows={merged(its.value.value, chosen)}
      failed={list.failed.value}
      onRetry={list.again}
      href={(event) => href('events', event.id)}
      changesOf={live.changesOf}
      empty={<Empty title="No events" />}
    />
  );
}

/** No object has this id. */
const NO_ID = '-';

/** Merges two lists of events, newest first, without duplicates. Undefined while either is still loading. */
function merged(
  one: readonly Stripe.Event[] | undefined,
  other: readonly Stripe.Event[] | undefined,
): readonly Stripe.Event[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  const known = new Set(other.map(({ id }) => id));
  return [...other, ...one.filter(({ id }) => !known.has(id))].sort((a, b) => b.created - a.created);
}

/** The columns of a list of events. One shows the result of the latest delivery try. */
export function useEventColumns(): readonly Column<Stripe.Event>[] {
  const deliveries = useLoaded('deliveries', ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const outcomes = new Map<string, Delivery>();
  // Deliveries come newest first, so the first one of an event is its latest try.
  for (const delivery of deliveries.value.value?.data ?? []) {
    if (!outcomes.has(delivery.event)) outcomes.set(delivery.event, delivery);
  }
  return [
    { label: 'Type', cell: (event) => event.type, by: (event) => event.type },
    { label: 'Object', cell: (event) => <Id value={idOf(event)} />, by: idOf },
    { label: 'Delivery', cell: (event) => <Outcome delivery={outcomes.get(event.id)} /> },
    { label: 'Event', cell: (event) => <Id value={event.id} /> },
    { label: 'Created', cell: (event) => <StripeTime at={event.created} />, by: (event) => event.created, right: true },
  ];
}

export function objectOf(event: Stripe.Event): EventObject {
  return event.data.object as unknown as EventObject;
}

export function idOf(event: Stripe.Event): string {
  const id = objectOf(event)['id'];
  return typeof id === 'string' ? id : '–';
}

function Outcome({ delivery }: { delivery: Delivery | undefined }): VNode {
  if (!delivery) return <span class="soft">–</span>;
  return (
    <>
      <StatusPill status={delivery.outcome} />
      <span class="soft small">
        {' '}
        {delivery.outcome === 'delivered' ? `${delivery.ms} ms` : (delivery.status ?? '')}
      </span>
    </>
  );
}
