import { useSignal } from '@preact/signals';
import type { ComponentType, VNode } from 'preact';
import { Empty } from '../../web/shared/empty.js';
import { Facts } from '../../web/shared/facts.js';
import { Id } from '../../web/shared/id.js';
import { StripeTime } from '../../web/shared/moment.js';
import { StatusPill } from '../../web/shared/pill.js';
import { Table, type Column } from '../../web/shared/table.js';
import { toast } from '../../web/shared/toast.js';
import { Action } from './action.js';
import type { Params } from './api.js';
import { Confirm } from './confirm.js';
import { useEmulator } from './emulator.js';
import { EventTable } from './event/event-table.js';
import { Filter, ListPage, useSearch } from './list-page.js';
import { useList, useObject, type Only } from './loaded.js';
import { Head, ObjectPage, Section } from './object-page.js';
import { href, type Route } from './route.js';

export interface Object {
  readonly id: string;
  readonly created: number;
  readonly status: string | null;
}

/** A button that POSTs to `path` below the object. With `ask`, a dialog asks first and shows that text. */
export interface Step {
  readonly button: string;
  /** The statuses in which the button is shown. */
  readonly of: readonly string[];
  readonly path: string;
  readonly params?: Params;
  readonly done: string;
  readonly ask?: string;
  readonly danger?: true;
}

/** Describes one type of object: its list, its page, and its rows on other pages. */
export interface Kind<T extends Object> {
  readonly view: string;
  readonly title: string;
  /** The word for one object, such as `quote`, which is put after “Keep”. */
  readonly one: string;
  readonly about?: string;
  readonly path: string;
  /** The object types whose changes cause a reload. */
  readonly follow: readonly string[];
  /** The fields that Stripe is asked to expand. */
  readonly expand: readonly string[];
  readonly empty: string;
  readonly columns: readonly Column<T>[];
  readonly statuses: readonly string[];
  /** Whether the API can filter the list by status. If not, the dashboard does. */
  readonly listedByStatus: boolean;
  readonly heading: (row: T) => string;
  readonly facts: (row: T) => readonly (readonly [string, VNode | string | null | undefined])[];
  readonly steps: readonly Step[];
  /** Further buttons, such as a link to the hosted page. */
  readonly links?: (row: T) => VNode | undefined;
  /** A section between the details and the events. */
  readonly body?: ComponentType<{ row: T }>;
}

/** The view that lists the objects of a kind. */
export const listOf =
  <T extends Object>(kind: Kind<T>): ComponentType<{ route: Route }> =>
  ({ route }) => {
    const expand = kind.expand.map((field) => `data.${field}`);
    const wanted = route.query['status'] ?? '';
    const list = useList<T>(
      kind.path,
      kind.follow,
      { expand, status: kind.listedByStatus && wanted !== '' ? wanted : undefined },
      {
        ...useSearch(route),
        only: kind.listedByStatus || wanted === '' ? undefined : { what: wanted, fits: (row) => row.status === wanted },
      },
    );
    const filters = [['', 'All statuses'], ...kind.statuses.map((status) => [status, words(status)])];
    return (
      <ListPage
        title={kind.title}
        {...(kind.about === undefined ? {} : { about: kind.about })}
        route={route}
        list={list}
        columns={columnsOf(kind)}
        href={(row) => href(kind.view, row.id)}
        filters={
          <Filter
            route={route}
            name="status"
            label={`Show ${kind.title.toLowerCase()}`}
            options={filters as [string, string][]}
          />
        }
        empty={<Empty title={`No ${kind.title.toLowerCase()} yet`}>{kind.empty}</Empty>}
      />
    );
  };

/** The view that shows one object of a kind. */
export const pageOf =
  <T extends Object>(kind: Kind<T>): ComponentType<{ id: string }> =>
  ({ id }) => {
    const path = `${kind.path}/${id}`;
    const loaded = useObject<T>(path, kind.follow, { expand: kind.expand });
    const asking = useSignal<Step | null>(null);
    const { api } = useEmulator();
    return (
      <ObjectPage back={{ href: href(kind.view), text: kind.title }} loaded={loaded}>
        {(row) => (
          <>
            <Head
              title={kind.heading(row)}
              under={
                <>
                  {row.status !== null && <StatusPill status={row.status} />} <Id value={row.id} />
                </>
              }
              json={row.id}
              actions={
                <>
                  {kind.links?.(row)}
                  {kind.steps
                    .filter(({ of }) => of.includes(row.status ?? ''))
                    .map((step) => (
                      <StepButton key={step.button} step={step} path={path} onAsk={() => (asking.value = step)} />
                    ))}
                </>
              }
            />
            <Section title="Details">
              <div class="card">
                <Facts rows={[...kind.facts(row), ['Created', <StripeTime at={row.created} />]]} />
              </div>
            </Section>
            {kind.body && <kind.body row={row} />}
            <Section title="Events">
              <EventTable of={id} />
            </Section>
            {asking.value?.ask !== undefined && (
              <Confirm
                title={`${asking.value.button}?`}
                confirm={`${asking.value.button} now`}
                keep={`Keep ${kind.one}`}
                onClose={() => (asking.value = null)}
                onConfirm={async () => {
                  if (asking.value !== null) await send(api, path, asking.value);
                  toast(asking.value?.done ?? '');
                  loaded.again();
                }}
              >
                <p>
                  {kind.heading(row)}: {asking.value.ask}
                </p>
              </Confirm>
            )}
          </>
        )}
      </ObjectPage>
    );
  };

/** A section with the objects of a kind that match `params`, on another object's page. Null if there are none. */
export function RowsOf<T extends Object>(props: { kind: Kind<T>; params: Params; only?: Only<T> }): VNode | null {
  const { kind, params, only } = props;
  const { live } = useEmulator();
  const expand = kind.expand.map((field) => `data.${field}`);
  const list = useList<T>(kind.path, kind.follow, { ...params, expand }, { only });
  const rows = list.value.value;
  if (list.failed.value === null && (rows === undefined || rows.length === 0)) return null;
  return (
    <Section title={kind.title}>
      <Table
        label={kind.title}
        columns={columnsOf(kind).filter(({ label }) => label !== 'Customer')}
        rows={rows}
        failed={list.failed.value}
        onRetry={list.again}
        href={(row) => href(kind.view, row.id)}
        changesOf={live.changesOf}
        empty={<Empty title={`No ${kind.title.toLowerCase()}`} />}
      />
    </Section>
  );
}

function StepButton(props: { step: Step; path: string; onAsk: () => void }): VNode {
  const { api } = useEmulator();
  const { step, path, onAsk } = props;
  if (step.ask === undefined) {
    return (
      <Action send={() => send(api, path, step)} done={step.done}>
        {step.button}
      </Action>
    );
  }
  return (
    <button type="button" class={`button ${step.danger === true ? 'danger' : ''}`} onClick={onAsk}>
      {step.button}
    </button>
  );
}

const send = (api: ReturnType<typeof useEmulator>['api'], path: string, step: Step): Promise<unknown> =>
  api.post(`${path}${step.path}`, step.params ?? {});

const columnsOf = <T extends Object>(kind: Kind<T>): readonly Column<T>[] => [
  ...kind.columns,
  {
    label: 'Status',
    cell: ({ status }) => (status === null ? <span class="soft">–</span> : <StatusPill status={status} />),
    by: ({ status }) => status,
  },
  { label: 'ID', cell: ({ id }) => <Id value={id} /> },
  { label: 'Created', cell: ({ created }) => <StripeTime at={created} />, by: ({ created }) => created, right: true },
];

const words = (status: string): string => {
  const text = status.replaceAll('_', ' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
};
