/**
 * Lockstep in the app's own web framework. In reading order:
 *
 * - `handler` has what every adapter needs of a `Lockstep`, and the options that all adapters share.
 * - `hono` and `next` are for frameworks on `Request`.
 * - `node-handler` serves everything on Node's `(req, res)`, for `node`, `express`, `fastify` and `nest`. `node-body`
 *   makes a body readable again that a parser took.
 */
import type { FetchOptions, Identity } from '../app/index.js';

/** The part of a `Lockstep` that an adapter needs. */
export interface Fetches {
  /** The same as in `Lockstep`. */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
}

/** The options that all adapters share. `Native` is the framework's own request. */
export interface AdapterOptions<Native> {
  /** Returns who sent the request: `(req) => req.user`. Default: the option `identify` of createLockstep. */
  identify?: (request: Native) => Identity | Promise<Identity>;
}

/** Binds the adapter's option `identify` to one request. Adds nothing if the option is not set. */
export function identified<Native>(
  { identify }: AdapterOptions<Native>,
  native: Native,
): Pick<FetchOptions, 'identify'> {
  return identify === undefined ? {} : { identify: () => identify(native) };
}
