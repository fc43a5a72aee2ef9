import type { MiddlewareHandler } from 'hono';

/**
 * What every answer says unless a route says something else: a browser guesses no other type, and nothing on the way keeps it,
 * since it may be about one user.
 */
export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.has('x-content-type-options')) c.res.headers.set('x-content-type-options', 'nosniff');
  if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
};
