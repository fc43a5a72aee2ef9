import type { VNode } from 'preact';
import type { EventsJson, RelatedJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Id } from '../../shared/id.js';
import { Moment } from '../../shared/moment.js';
import { Pill, StatusPill } from '../../shared/pill.js';
import { href } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { ask } from '../api.js';
import { useFetched } from '../load.js';
import { plural, time } from '../words.js';

type Row = RelatedJson[number];
type EventRow = EventsJson['events'][number];

/** Everything about one customer: its objects and their events. */
export function Customer({ id }: { id: string }): VNode {
  const related = useFetched(`related ${id}`, () => ask<RelatedJson>('/related', { id }));
  const events = useFetched(`events of ${id}`, () => ask<EventsJson>('/events', { customer: id, limit: 50 }));
  const objects = related.value.value;
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Customer</h1>
          <p>
            <Id value={id} />
          </p>
        </div>
        <a {...{ class: 'button', href: href('objects', id) }}>Both sides</a>
        <a {...{ class: 'button', href: href('events', null, { customer: id }) }}>All events</a>
      </header>
      <section class="section" aria-label="Objects">
        <h2>{objects === undefined ? 'Objects' : plural(objects.length, 'object')}</h2>
        <Table<Row>
          label="Objects"
          columns={columns}
          rows={objects}
          failed={related.failed.value}
          onRetry={related.again}
          empty={
            <Empty title="No object names this customer">Subscriptions, invoices, and payments would be here.</Empty>
          }
          href={({ id: other }) => href('objects', other)}
        />
      </section>
      <section class="section" aria-label="Events">
        <h2>Latest events about it or its objects</h2>
        <Table<EventRow>
          label="Events"
          columns={eventColumns}
          rows={events.value.value?.events}
          failed={events.failed.value}
          onRetry={events.again}
          empty={<Empty title="No events">None came in the time that the inbox has.</Empty>}
          href={({ id: event }) => href('events', event)}
        />
      </section>
    </div>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'Object', cell: ({ id }) => <span class="mono">{id}</span> },
  { label: 'Type', cell: ({ table }) => table, by: ({ table }) => table },
  { label: 'Status', cell: (row) => <Status of={row} /> },
  {
    label: 'Created',
    cell: ({ createdAt }) => <Moment at={time(createdAt)} />,
    by: ({ createdAt }) => createdAt ?? '',
  },
  {
    label: 'Proven',
    cell: ({ provenAt, isMarked }) =>
      isMarked ? <Pill tone="accent">Waits for its proof</Pill> : <Moment at={time(provenAt)} />,
  },
];

function Status({ of: { status, isDeleted } }: { of: Row }): VNode {
  if (isDeleted) return <Pill tone="quiet">Deleted</Pill>;
  return status === null ? <span class="soft">–</span> : <StatusPill status={status} />;
}

const eventColumns: readonly Column<EventRow>[] = [
  { label: 'Event', cell: ({ type }) => type },
  { label: 'Object', cell: ({ objectId }) => <span class="mono">{objectId ?? '–'}</span> },
  { label: 'Received', cell: ({ receivedAt }) => <Moment at={time(receivedAt)} /> },
];
