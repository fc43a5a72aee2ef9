import { identified, type AdapterOptions, type Fetches } from './handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** The options of the adapter for Next.js. */
export interface NextOptions extends AdapterOptions<Request> {
  /** The path below which Lockstep's routes are. Default: the part of the route before its catch-all segment. */
  basePath?: string;
  /** Keeps the process alive after the answer: `after` of `next/server`. Default: nothing does. */
  waitUntil?: (work: Promise<unknown>) => void;
}

/** What Next.js passes to a route handler in addition to the request. */
export interface NextContext {
  /** The route's parameters. A promise since Next 15, whose build requires that type. A plain object works too. */
  params: Promise<Record<string, string | string[] | undefined>>;
}

/** A handler of one method. */
export type NextHandler = (request: Request, context: NextContext) => Promise<Response>;

/**
 * Route handlers for the App Router, in `app/billing/[...lockstep]/route.ts`:
 * `export const { GET, POST, PUT, PATCH, DELETE } = lockstepNext(lockstep)`, with `export const runtime = 'nodejs'`.
 * The part of the route before the catch-all segment is the base path.
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

/** The path without the segments that the catch-all matched. */
function baseOf(path: string, params: Record<string, string | string[] | undefined>): string | undefined {
  const rest = Object.values(params).find((value) => Array.isArray(value));
  if (rest === undefined) return undefined;
  const parts = path.replace(/\/$/, '').split('/');
  return parts.slice(0, parts.length - rest.length).join('/');
}
