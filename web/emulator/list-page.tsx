import type { ComponentChildren, VNode } from 'preact';
import { Empty } from '../shared/empty.js';
import { Table, type Column } from '../shared/table.js';
import { useEmulator } from './emulator.js';
import type { LoadedList } from './loaded.js';
import { setFilter, type Route } from './route.js';

/** A list as every view of it looks: title and actions, search and filters, the table, "load more". */
export function ListPage<T extends { id: string }>(props: {
  title: string;
  about: string;
  route: Route;
  list: LoadedList<T>;
  columns: readonly Column<T>[];
  /** What the search looks through. */
  text: (row: T) => string;
  empty: VNode;
  href?: (row: T) => string;
  actions?: ComponentChildren;
  filters?: ComponentChildren;
}): VNode {
  const { live } = useEmulator();
  const { route, list } = props;
  const wanted = (route.query['q'] ?? '').trim().toLowerCase();
  const all = list.value.value;
  const rows = wanted === '' ? all : all?.filter((row) => props.text(row).toLowerCase().includes(wanted));
  const filtered = Object.entries(route.query).some(([, value]) => value !== '');
  const empty = filtered ? (
    <NothingFound route={route} loaded={list.more.value ? (all?.length ?? 0) : null} />
  ) : (
    props.empty
  );
  return (
    <div class="list-page">
      <header class="head">
        <div class="fill">
          <h1>{props.title}</h1>
          <p class="soft">{props.about}</p>
        </div>
        {props.actions}
      </header>
      <div class="toolbar" role="search">
        <input
          class="input search"
          type="search"
          aria-label={`Search ${props.title.toLowerCase()}`}
          placeholder="Search  /"
          value={route.query['q'] ?? ''}
          onInput={(event) => setFilter(route, { q: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {props.filters}
        <span class="fill" />
        <span class="soft small" aria-live="polite">
          {rows && counted(rows.length, list.more.value, wanted !== '' ? all?.length : undefined)}
        </span>
      </div>
      <Table
        label={props.title}
        columns={props.columns}
        rows={rows}
        empty={empty}
        failed={list.failed.value}
        onRetry={list.again}
        changed={live.changed.value}
        {...(props.href ? { href: props.href } : {})}
      />
      {list.more.value && (
        <button type="button" class="button more" onClick={list.loadMore}>
          Load 100 more
        </button>
      )}
    </div>
  );
}

/** A filter that lives in the address. `options` are [value, text]; the first is the default. */
export function Filter(props: {
  route: Route;
  name: string;
  label: string;
  options: readonly (readonly [string, string])[];
}): VNode {
  return (
    <select
      class="select"
      aria-label={props.label}
      value={props.route.query[props.name] ?? ''}
      onChange={(event) => setFilter(props.route, { [props.name]: event.currentTarget.value })}
    >
      {props.options.map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}

/** `loaded`: how many were looked through, where there are more of them. */
function NothingFound({ route, loaded }: { route: Route; loaded: number | null }): VNode {
  const none = Object.fromEntries(Object.keys(route.query).map((name) => [name, '']));
  return (
    <Empty
      title="Nothing matches"
      action={
        <button type="button" class="button" onClick={() => setFilter(route, none)}>
          Clear the filter
        </button>
      }
    >
      {loaded === null
        ? 'No object here fits the search and the filter.'
        : `None of the ${loaded} loaded so far fits. Load more, or find anything with g o.`}
    </Empty>
  );
}

function counted(shown: number, more: boolean, of: number | undefined): string {
  const total = `${of ?? shown}${more ? '+' : ''}`;
  return of === undefined ? total : `${shown} of ${total}`;
}
