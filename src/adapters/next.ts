import { identified, type AdapterOptions, type Fetches } from './handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What the adapter for Next.js can be told. */
export interface NextOptions extends AdapterOptions<Request> {
  /** What the path begins with. Default: what stands before the catch-all part of the route. */
  basePath?: string;
  /** Keeps the process alive after the answer: `after` of `next/server`. Default: nothing does. */
  waitUntil?: (work: Promise<unknown>) => void;
}

/** What Next hands to a route's handler beside the request. */
export interface NextContext {
  /** The route's parameters: a promise since Next 15, whose build insists on it; a plain object before, which is taken too. */
  params: Promise<Record<string, string | string[] | undefined>>;
}

/** A handler of one method. */
export type NextHandler = (request: Request, context: NextContext) => Promise<Response>;

/**
 * Route handlers for the App Router, in `app/billing/[...lockstep]/route.ts`:
 * `export const { GET, POST, PUT, PATCH, DELETE } = lockstepNext(lockstep)`, with `export const runtime = 'nodejs'`. What
 * stands before the catch-all part is the base path.
 */
export function lockstepNext(
  lockstep: Fetches,
  options: NextOptions = {},
): Record<'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', NextHandler> {
  const { waitUntil } = options;
  const answer: NextHandler = async (request, { params }) =>
    lockstep.fetch(request, {
      basePath: options.basePath ?? baseOf(new URL(request.url).pathname, await params),
      waitUntil,
      ...identified(options, request),
    });
  return { GET: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer };
}

/** The path without as many parts as the catch-all has. */
function baseOf(path: string, params: Record<string, string | string[] | undefined>): string | undefined {
  const rest = Object.values(params).find((value) => Array.isArray(value));
  if (rest === undefined) return undefined;
  const parts = path.replace(/\/$/, '').split('/');
  return parts.slice(0, parts.length - rest.length).join('/');
}
