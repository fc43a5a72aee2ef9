import { identified, type AdapterOptions, type Fetches } from './handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What is used of Hono's context: any version of Hono will do. */
export interface HonoContextLike {
  /** Hono's request. */
  req: {
    /** The request of the platform. */
    raw: Request;
    /** The path of the address. */
    path: string;
    /** The route that matched; not there in every version: without it `basePath` says the base path. */
    routePath?: string;
    /** What was read of the body before; not there in every version. Default: nothing is known to be kept. */
    bodyCache?: Readonly<Record<string, unknown>>;
  };
}

/** What the adapter for Hono can be told. */
export interface HonoOptions<Context> extends AdapterOptions<Context> {
  /** What the path begins with. Default: the route that the handler is mounted at. */
  basePath?: string;
  /** Keeps the process alive after the answer: `(work) => c.executionCtx.waitUntil(work)`. Default: nothing does. */
  waitUntil?: (work: Promise<unknown>, context: Context) => void;
}

/**
 * A handler for Hono: `app.all('/billing/*', lockstepHono(lockstep))`. The route without its `/*` is the base path.
 */
export function lockstepHono<Context extends HonoContextLike = HonoContextLike>(
  lockstep: Fetches,
  options: HonoOptions<Context> = {},
): (context: Context) => Promise<Response> {
  const { basePath, waitUntil } = options;
  return async (context) =>
    lockstep.fetch(await wholeRequest(context.req), {
      basePath: basePath ?? baseOf(context.req.routePath),
      ...identified(options, context),
      ...(waitUntil === undefined ? {} : { waitUntil: (work) => waitUntil(work, context) }),
    });
}

/** Where a middleware has read the body through Hono, Hono keeps its bytes or its text. A new request is made from those. */
async function wholeRequest({ raw, bodyCache = {} }: HonoContextLike['req']): Promise<Request> {
  if (!raw.bodyUsed) return raw;
  const kept: unknown = await (bodyCache['arrayBuffer'] ?? bodyCache['blob'] ?? bodyCache['text']);
  if (!(kept instanceof ArrayBuffer || kept instanceof Blob || typeof kept === 'string')) return raw;
  return new Request(raw.url, { method: raw.method, headers: raw.headers, body: kept });
}

/** `/billing/*` → `/billing`. A route for everything, or one with parameters, leaves it to the option of createLockstep. */
function baseOf(route: string | undefined): string | undefined {
  return /^(\/[^:*]+)\/\*$/.exec(route ?? '')?.[1];
}
