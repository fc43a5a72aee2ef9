/**
 * Lockstep in the app's own web framework. In reading order:
 *
 * - `handler` is what every adapter needs of a `Lockstep`, and what it can be told.
 * - `hono` and `next` are for frameworks on `Request`.
 * - `node-handler` serves everything on Node's `(req, res)`, for `node`, `express`, `fastify` and `nest`. `node-body`
 *   makes a body readable again that a parser took.
 */
import type { FetchOptions, Identity } from '../app/index.js';

/** All that an adapter needs of a `Lockstep`. */
export interface Fetches {
  /** As of `Lockstep`. */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
}

/** What every adapter can be told. `Native`: the framework's own request. */
export interface AdapterOptions<Native> {
  /** Who sent it, by the framework's own request: `(req) => req.user`. Default: the option `identify` of createLockstep. */
  identify?: (request: Native) => Identity | Promise<Identity>;
}

/** The adapter's `identify` bound to one request; undefined where there is none. */
export function identified<Native>(
  { identify }: AdapterOptions<Native>,
  native: Native,
): Pick<FetchOptions, 'identify'> {
  return identify === undefined ? {} : { identify: () => identify(native) };
}
