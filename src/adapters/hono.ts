import { identified, type AdapterOptions, type Fetches } from './handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** The parts of Hono's context that the adapter uses. Any version of Hono has them. */
export interface HonoContextLike {
  /** Hono's request. */
  req: {
    /** The platform's request. */
    raw: Request;
    /** The path of the URL. */
    path: string;
    /** The route that matched. Some versions do not have it. Default: the option `basePath` decides. */
    routePath?: string;
    /** The body, if it was read before. Some versions do not have it. Default: none. */
    bodyCache?: Readonly<Record<string, unknown>>;
  };
}

/** The options of the adapter for Hono. */
export interface HonoOptions<Context> extends AdapterOptions<Context> {
  /** The path below which Lockstep's routes are. Default: the route that the handler is mounted at. */
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

/**
 * If a middleware has read the body through Hono, Hono keeps its bytes or text. Then a new request is made from them.
 */
async function wholeRequest({ raw, bodyCache = {} }: HonoContextLike['req']): Promise<Request> {
  if (!raw.bodyUsed) return raw;
  const kept: unknown = await (bodyCache['arrayBuffer'] ?? bodyCache['blob'] ?? bodyCache['text']);
  if (!(kept instanceof ArrayBuffer || kept instanceof Blob || typeof kept === 'string')) return raw;
  return new Request(raw.url, { method: raw.method, headers: raw.headers, body: kept });
}

/**
 * `/billing/*` → `/billing`. Undefined for `*` and for a route with parameters; then createLockstep's option decides.
 */
function baseOf(route: string | undefined): string | undefined {
  return /^(\/[^:*]+)\/\*$/.exec(route ?? '')?.[1];
}
