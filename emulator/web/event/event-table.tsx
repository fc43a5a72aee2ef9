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
 * The latest events: those about the object `of`, and of the last hundred those that `about` chooses, such as the events
 * of what hangs on the object.
 */
export function EventTable(props: {
  of?: string;
  about?: (object: EventObject, event: Stripe.Event) => boolean;
}): VNode {
  const { of = NOBODY, about = () => false } = props;
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
      changed={live.changed.value}
      empty={<Empty title="No events" />}
    />
  );
}

/** No object's id. */
const NOBODY = '-';

/** Both in one order, newest first, each event once; undefined while one of them is still loading. */
function merged(
  one: readonly Stripe.Event[] | undefined,
  other: readonly Stripe.Event[] | undefined,
): readonly Stripe.Event[] | undefined {
  if (one === undefined || other === undefined) return undefined;
  const known = new Set(other.map(({ id }) => id));
  return [...other, ...one.filter(({ id }) => !known.has(id))].sort((a, b) => b.created - a.created);
}

/** The columns of events, with how their delivery went. */
export function useEventColumns(): readonly Column<Stripe.Event>[] {
  const deliveries = useLoaded('deliveries', ['delivery'], () =>
    own<{ data: readonly Delivery[] }>('/_emulator/deliveries?limit=500'),
  );
  const outcomes = new Map<string, Delivery>();
  // Newest first: the first one seen of an event is its latest try.
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
