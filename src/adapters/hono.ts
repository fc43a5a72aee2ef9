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
  return (context) =>
    lockstep.fetch(context.req.raw, {
      basePath: basePath ?? baseOf(context.req.routePath),
      ...identified(options, context),
      ...(waitUntil === undefined ? {} : { waitUntil: (work) => waitUntil(work, context) }),
    });
}

/** `/billing/*` → `/billing`. A route for everything, or one with parameters, leaves it to the option of createLockstep. */
function baseOf(route: string | undefined): string | undefined {
  return /^(\/[^:*]+)\/\*$/.exec(route ?? '')?.[1];
}
