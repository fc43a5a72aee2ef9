import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { EventsJson } from '../../../src/http/console/answers.js';
import { Empty } from '../../shared/empty.js';
import { Moment } from '../../shared/moment.js';
import { Pill } from '../../shared/pill.js';
import { href, setFilter, type Route } from '../../shared/route.js';
import { Table, type Column } from '../../shared/table.js';
import { toast } from '../../shared/toast.js';
import { ask, mayAct, tell } from '../api.js';
import { Confirm } from '../confirm.js';
import { ChoiceFilter, TextFilter } from '../filter.js';
import { useFetched } from '../load.js';
import { ignoredTexts, plural, time } from '../words.js';
import { bodyOf, filterOf } from './event-filter.js';

type Row = EventsJson['events'][number];
interface Count {
  events: number;
  objects: number;
  isCut: boolean;
}

/** The inbox, the latest first, with filters in the address. */
export function Events({ route }: { route: Route }): VNode {
  const filter = filterOf(route);
  const page = useFetched(`events ${JSON.stringify(filter)}`, () => ask<EventsJson>('/events', filter));
  const events = page.value.value?.events;
  const last = events?.at(-1);
  return (
    <div class="page">
      <header class="head">
        <div class="fill">
          <h1>Events</h1>
          <p class="soft">What Stripe reported, and how far it has come. Kept for 45 days by default.</p>
        </div>
        <a {...{ class: 'button', href: href('refused') }}>Refused and ignored</a>
        {mayAct() && <Replay filter={bodyOf(filter)} />}
      </header>
      <Filters route={route} />
      <Table<Row>
        label="Events"
        columns={columns}
        rows={events}
        failed={page.failed.value}
        onRetry={page.again}
        empty={<NoEvents isCut={page.value.value?.isCut ?? false} />}
        href={({ id }) => href('events', id)}
      />
      <div class="toolbar">
        {route.query['before'] !== undefined && (
          <button type="button" class="button" onClick={() => setFilter(route, { before: '' })}>
            Latest
          </button>
        )}
        {last !== undefined && (events?.length ?? 0) >= 100 && (
          <button type="button" class="button" onClick={() => setFilter(route, { before: last.receivedAt })}>
            Older
          </button>
        )}
      </div>
    </div>
  );
}

function Filters({ route }: { route: Route }): VNode {
  return (
    <div class="toolbar" role="search" aria-label="Filter events">
      <TextFilter route={route} name="type" label="Type" placeholder="Type: customer.*" />
      <TextFilter route={route} name="object" label="Object" placeholder="Object: sub_…" />
      <TextFilter route={route} name="customer" label="Customer" placeholder="Customer: cus_…" />
      <ChoiceFilter
        route={route}
        name="state"
        label="State"
        options={[
          ['', 'Any state'],
          ['waiting', 'Object waits'],
          ['ignored', 'Ignored'],
        ]}
      />
      <ChoiceFilter
        route={route}
        name="feed"
        label="Feed"
        options={[
          ['', 'Any feed'],
          ['webhook', 'Webhook'],
          ['poll', "Stripe's list"],
          ['replay', 'Replay'],
        ]}
      />
      <ChoiceFilter
        route={route}
        name="since"
        label="Received"
        options={[
          ['', 'Any time'],
          ['1h', 'Last hour'],
          ['24h', 'Last day'],
          ['7d', 'Last week'],
        ]}
      />
    </div>
  );
}

function NoEvents({ isCut }: { isCut: boolean }): VNode {
  return (
    <Empty title="No events match">
      {isCut
        ? 'The latest 50,000 events were looked at. Choose an earlier time to look further.'
        : 'Widen the filter, or wait for the first event.'}
    </Empty>
  );
}

/** Replays everything that the filter finds, after it said how many that is. */
function Replay({ filter }: { filter: Record<string, string> }): VNode {
  const count = useSignal<Count | null>(null);
  const busy = useSignal(false);
  const preview = (): void => {
    busy.value = true;
    ask<Count>('/events/count', filter)
      .then((answer) => (count.value = answer))
      .catch((error: Error) => toast(error.message, 'bad'))
      .finally(() => (busy.value = false));
  };
  return (
    <>
      <button type="button" class="button" disabled={busy.value} onClick={preview}>
        {busy.value ? 'Counting …' : 'Replay these …'}
      </button>
      {count.value !== null && (
        <Confirm
          title={`Replay ${plural(count.value.events, 'event')}`}
          text={`${plural(count.value.objects, 'object')} will be read from Stripe again.${
            count.value.isCut ? ' There are more; replay again for the rest.' : ''
          }`}
          button="Replay"
          onClose={() => (count.value = null)}
          onConfirm={async (note) => {
            const { hinted } = await tell<{ hinted: number }>('/events/replay', { filter, note });
            toast(`${plural(hinted, 'object')} will be read again`);
          }}
        />
      )}
    </>
  );
}

const columns: readonly Column<Row>[] = [
  { label: 'Event', cell: ({ type }) => type },
  {
    label: 'Object',
    cell: ({ objectId }) =>
      objectId === null ? (
        <span class="soft">–</span>
      ) : (
        <a {...{ class: 'mono', href: href('objects', objectId) }}>{objectId}</a>
      ),
  },
  { label: 'State', cell: (row) => <State of={row} /> },
  { label: 'Feed', cell: ({ feed }) => (feed === 'poll' ? "Stripe's list" : feed) },
  { label: 'Received', cell: ({ receivedAt }) => <Moment at={time(receivedAt)} /> },
];

function State({ of: { quarantine, waiting } }: { of: Row }): VNode {
  if (quarantine !== null) return <Pill tone="bad">{`Ignored: ${ignoredTexts[quarantine] ?? quarantine}`}</Pill>;
  return waiting ? <Pill tone="accent">Object waits</Pill> : <Pill tone="quiet">Taken</Pill>;
}
