import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Empty } from '../../web/shared/empty.js';
import { focusIfLost } from '../../web/shared/focus.js';
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
  /** Of a list that is loaded as a whole: the text that the search matches. The emulator searches all others. */
  text?: (row: T) => string;
  empty: VNode;
  href?: (row: T) => string;
  actions?: ComponentChildren;
  filters?: ComponentChildren;
}): VNode {
  const { live } = useEmulator();
  const { route, list } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => focusIfLost(heading.current), []);
  const wanted = wordsOf(route);
  const all = list.value.value;
  const { text } = props;
  const rows = text === undefined ? all : all?.filter((row) => text(row).toLowerCase().includes(wanted.toLowerCase()));
  const filtered = Object.entries(route.query).some(([, value]) => value !== '');
  const empty = filtered ? <NothingFound title={props.title.toLowerCase()} route={route} /> : props.empty;
  return (
    <div class="list-page">
      <header class="head">
        <div class="fill">
          <h1 ref={heading} tabIndex={-1}>
            {props.title}
          </h1>
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
            // The first Esc clears the field, which the browser does, and the next one leaves it.
            if (event.key === 'Escape' && event.currentTarget.value === '') event.currentTarget.blur();
          }}
        />
        {props.filters}
        <span class="fill" />
        <span class="soft small" aria-live="polite">
          {rows && `${rows.length.toLocaleString('en')}${list.more.value ? '+' : ''}`}
        </span>
      </div>
      <Table
        label={props.title}
        columns={props.columns}
        rows={rows}
        empty={empty}
        failed={list.failed.value}
        onRetry={list.again}
        changesOf={live.changesOf}
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

/** What the emulator is to search a list for: the words in the search field, once the user has stopped typing. */
export function useSearch(route: Route): { readonly search: string } {
  const words = wordsOf(route);
  const [search, settle] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => settle(words), TYPING_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return { search };
}

const TYPING_MS = 150;

const wordsOf = (route: Route): string => (route.query['q'] ?? '').trim();

function NothingFound({ title, route }: { title: string; route: Route }): VNode {
  const search = wordsOf(route);
  const fits = search === '' ? `No ${title} match this filter` : `No ${title} match “${search}”`;
  const none = Object.fromEntries(Object.keys(route.query).map((name) => [name, '']));
  return (
    <Empty
      title={fits}
      action={
        <button type="button" class="button" onClick={() => setFilter(route, none)}>
          {search === '' ? 'Clear filter' : 'Clear search'}
        </button>
      }
    />
  );
}
