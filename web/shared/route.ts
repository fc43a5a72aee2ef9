import { signal, type ReadonlySignal } from '@preact/signals';

/** The current view: `#/customers/cus_1?q=ada` → `{ view: 'customers', id: 'cus_1', query: { q: 'ada' } }`. */
export interface Route {
  readonly view: string;
  readonly id: string | null;
  readonly query: Readonly<Record<string, string>>;
}

/** Reads the part of an address after `#`. Without a view it is `home`. */
export function parseAddress(hash: string, home: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view = '', id] = path.split('/').filter(Boolean).map(decoded);
  return {
    view: view === '' ? home : view,
    id: id ?? null,
    query: Object.fromEntries(new URLSearchParams(search)),
  };
}

/** The address of a view, of one object in it, or of a filtered list. Empty filters are left out. */
export function href(view: string, id: string | null = null, query: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  const search = kept.length === 0 ? '' : `?${new URLSearchParams(kept).toString()}`;
  return `#/${view}${id === null ? '' : `/${encodeURIComponent(id)}`}${search}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a % that does not begin an escape
  }
}

/** The route in the address bar. It changes with it. */
export function watchAddress(home: string): ReadonlySignal<Route> {
  const route = signal(parseAddress(location.hash, home));
  addEventListener('hashchange', () => {
    route.value = parseAddress(location.hash, home);
  });
  return route;
}

/** Puts a filter into the URL. It replaces the history entry, so that a typed word does not add one per letter. */
export function setFilter(route: Route, filter: Readonly<Record<string, string>>): void {
  history.replaceState(null, '', href(route.view, route.id, { ...route.query, ...filter }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
