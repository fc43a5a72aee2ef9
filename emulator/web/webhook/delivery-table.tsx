import type { VNode } from 'preact';
import { Empty } from '../../../web/shared/empty.js';
import { Moment, present } from '../../../web/shared/moment.js';
import { StatusPill } from '../../../web/shared/pill.js';
import { Table, type Column } from '../../../web/shared/table.js';
import { Action } from '../action.js';
import type { Delivery } from './delivery.js';
import { useEmulator } from '../emulator.js';
import { href } from '../route.js';

/** Delivery tries, newest first. `shows` is the first column: the endpoint on an event's page, else the event. */
export function DeliveryTable(props: {
  rows: readonly Delivery[] | undefined;
  failed: string | null;
  onRetry: () => void;
  shows: 'endpoint' | 'event';
  /** The text for an empty table. */
  none: string;
}): VNode {
  return (
    <Table
      label="Deliveries"
      columns={[first[props.shows], ...columns, again]}
      rows={props.rows}
      failed={props.failed}
      onRetry={props.onRetry}
      empty={<Empty title={props.none} />}
    />
  );
}

const first: Readonly<Record<'endpoint' | 'event', Column<Delivery>>> = {
  endpoint: {
    label: 'Endpoint',
    cell: (d) => (
      <a class="short" title={d.url} href={href('webhooks', d.endpoint)}>
        {d.url}
      </a>
    ),
    by: (d) => d.url,
  },
  event: { label: 'Event', cell: (d) => <a href={href('events', d.event)}>{d.type}</a>, by: (d) => d.type },
};

const columns: readonly Column<Delivery>[] = [
  {
    label: 'Outcome',
    cell: (delivery) => <StatusPill status={delivery.outcome} />,
    by: (delivery) => delivery.outcome,
  },
  { label: 'Response', cell: answer },
  { label: 'Duration', cell: (delivery) => `${delivery.ms} ms`, by: (delivery) => delivery.ms, right: true },
  { label: 'Attempt', cell: (delivery) => String(delivery.attempt), by: (delivery) => delivery.attempt, right: true },
  { label: 'Next attempt', cell: nextTry },
  { label: 'Time', cell: (delivery) => <Moment at={delivery.at} />, by: (delivery) => delivery.at, right: true },
];

const again: Column<Delivery> = { label: '', cell: (delivery) => <Again delivery={delivery} />, right: true };

/** A button that sends the event to the endpoint again. None for `stripe listen`, which the API cannot resend to. */
function Again({ delivery }: { delivery: Delivery }): VNode | null {
  const { api } = useEmulator();
  if (!delivery.endpoint.startsWith('we_')) return null;
  return (
    <Action
      slim
      label={`Resend ${delivery.type} to ${delivery.url}`}
      done="Resent"
      send={() => api.post(`/v1/events/${delivery.event}/retry`, { webhook_endpoint: delivery.endpoint })}
    >
      Resend
    </Action>
  );
}

function answer(delivery: Delivery): VNode | string {
  if (delivery.error !== null)
    return (
      <span class="short" title={delivery.error}>
        {delivery.error}
      </span>
    );
  return delivery.status === null ? <span class="soft">–</span> : String(delivery.status);
}

/** When the next try is due. Nothing is shown once that time has passed. */
function nextTry({ next_attempt_at: at }: Delivery): VNode {
  return <Moment at={at !== null && at > present() ? at : null} />;
}
