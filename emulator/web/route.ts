import type { ReadonlySignal } from '@preact/signals';
import { parseAddress, watchAddress, type Route } from '../../web/shared/route.js';

export { href, setFilter, type Route } from '../../web/shared/route.js';

const HOME = 'customers';

export function parseRoute(hash: string): Route {
  return parseAddress(hash, HOME);
}

/** The route in the address bar. It changes with it. */
export function watchRoute(): ReadonlySignal<Route> {
  return watchAddress(HOME);
}
