import type { ComponentChildren, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Empty } from '../../web/shared/empty.js';
import { Table, type Column } from '../../web/shared/table.js';
import { useEmulator } from './emulator.js';
import type { LoadedList } from './loaded.js';
import { setFilter, type Route } from './route.js';

/** The layout of every list: the title and actions, the search and filters, the table, and "Load more". */
export function ListPage<T extends { id: string }>(props: {
  title: string;
  about?: string;
  route: Route;
  list: LoadedList<T>;
  columns: readonly Column<T>[];
  /** The text that the search matches. */
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
  // A search needs the whole list, so it loads page after page.
  const isPartial = wanted !== '' && all !== undefined && list.more.value;
  useEffect(() => {
    if (isPartial) list.loadMore();
  }, [isPartial, all?.length]);
  const filtered = Object.entries(route.query).some(([, value]) => value !== '');
  const empty = filtered ? (
    <NothingFound title={props.title.toLowerCase()} route={route} searching={list.more.value && wanted !== ''} />
  ) : (
    props.empty
  );
  return (
    <div class="list-page">
      <header class="head">
        <div class="fill">
          <h1>{props.title}</h1>
          {props.about !== undefined && <p class="soft">{props.about}</p>}
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
      {list.more.value && wanted === '' && (
        <button type="button" class="button more" onClick={list.loadMore}>
          Load 100 more
        </button>
      )}
    </div>
  );
}

/** A filter whose value is kept in the URL. `options` are pairs of value and text. The first one is the default. */
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

/** @param searching whether more pages of the list are still being loaded */
function NothingFound({ title, route, searching }: { title: string; route: Route; searching: boolean }): VNode {
  const search = (route.query['q'] ?? '').trim();
  const fits = search === '' ? `No ${title} match this filter` : `No ${title} match “${search}”`;
  const none = Object.fromEntries(Object.keys(route.query).map((name) => [name, '']));
  return (
    <Empty
      title={searching ? `Searching all ${title} …` : fits}
      action={
        <button type="button" class="button" onClick={() => setFilter(route, none)}>
          {search === '' ? 'Clear filter' : 'Clear search'}
        </button>
      }
    />
  );
}

function counted(shown: number, more: boolean, of: number | undefined): string {
  const total = `${of ?? shown}${more ? '+' : ''}`;
  return of === undefined ? total : `${shown} of ${total}`;
}
