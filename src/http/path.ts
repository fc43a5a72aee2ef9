import { getPath } from 'hono/utils/url';

/**
 * The path of a request, without a slash at its end. Some frameworks and proxies add one, and Stripe does not follow
 * redirects.
 */
export function pathOf(request: Request): string {
  return withoutEndSlash(getPath(request));
}

export function withoutEndSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
