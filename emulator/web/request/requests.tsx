import type { VNode } from 'preact';
import { Empty } from '../../../web/shared/empty.js';
import { Moment } from '../../../web/shared/moment.js';
import { Pill } from '../../../web/shared/pill.js';
import type { Column } from '../../../web/shared/table.js';
import { own } from '../api.js';
import { labelOf } from '../fault/fault-words.js';
import { Filter, ListPage } from '../list-page.js';
import { useLoaded, whole } from '../loaded.js';
import type { LoggedRequest } from './request-row.js';
import { href, type Route } from '../route.js';

/** The newest API requests, from every client. */
export function Requests({ route }: { route: Route }): VNode {
  const loaded = useLoaded('requests', ['request'], () =>
    own<{ data: readonly LoggedRequest[] }>('/_emulator/requests?limit=500'),
  );
  const { status = '', verb = '' } = route.query;
  const list = whole(loaded, ({ data }) =>
    data.filter(
      (one) => (verb === '' || one.verb === verb) && (status === '' || one.status >= 400 === (status === 'failed')),
    ),
  );
  return (
    <ListPage
      title="Requests"
      about="The last 500 API requests"
      route={route}
      list={list}
      columns={columns}
      text={(one) => `${one.verb} ${one.path} ${one.status} ${one.id} ${one.error ?? ''}`}
      href={(one) => href('requests', one.id)}
      filters={
        <>
          <Filter route={route} name="status" label="Show requests" options={statuses} />
          <Filter route={route} name="verb" label="Method" options={verbs} />
        </>
      }
      empty={
        <Empty title="No requests yet">
          Point an SDK or the Stripe CLI at this address. Each request appears here.
        </Empty>
      }
    />
  );
}

/** A response's status, colored by its class: 2xx and 3xx, 4xx, or 5xx. An injected error is marked. */
export function Answered({ status, fault }: Pick<LoggedRequest, 'status' | 'fault'>): VNode {
  return (
    <>
      <Pill tone={status < 400 ? 'good' : status < 500 ? 'warn' : 'bad'}>{String(status)}</Pill>
      {fault !== null && (
        <>
          {' '}
          <span class="injected" title={labelOf(fault)}>
            Fault
          </span>
        </>
      )}
    </>
  );
}

function ErrorText({ error }: Pick<LoggedRequest, 'error'>): VNode {
  if (error === null) return <span class="soft">–</span>;
  return (
    <span class="short" title={error}>
      {error}
    </span>
  );
}

const columns: readonly Column<LoggedRequest>[] = [
  { label: 'Request', cell: ({ verb, path }) => `${verb} ${path}`, by: ({ path }) => path },
  { label: 'Status', cell: (one) => <Answered {...one} />, by: ({ status }) => status },
  { label: 'Error', cell: ({ error }) => <ErrorText error={error} /> },
  {
    label: 'From',
    cell: ({ dashboard }) => (dashboard ? 'dashboard' : 'API'),
    by: ({ dashboard }) => Number(dashboard),
  },
  { label: 'Took', cell: ({ ms }) => `${ms} ms`, by: ({ ms }) => ms, right: true },
  { label: 'Time', cell: ({ at }) => <Moment at={at} />, by: ({ at }) => at, right: true },
];

const statuses = [
  ['', 'All statuses'],
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
] as const;

const verbs = [
  ['', 'All methods'],
  ['POST', 'POST'],
  ['GET', 'GET'],
  ['DELETE', 'DELETE'],
] as const;
