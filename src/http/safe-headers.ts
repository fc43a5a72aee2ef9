import type { MiddlewareHandler } from 'hono';

/**
 * Headers of every answer, unless a route sets them itself. Browsers must not guess another type. Nothing on the way
 * may cache the answer, because it may be about one user.
 */
export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.has('x-content-type-options')) c.res.headers.set('x-content-type-options', 'nosniff');
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
};
