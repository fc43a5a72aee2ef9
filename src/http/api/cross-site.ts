import { LockstepError } from '../../kernel/error.js';
import { bearerOf, type Caller } from '../caller.js';

/**
 * A write that a cookie authenticated must come from a page of the same origin. Browsers say so in `Sec-Fetch-Site`,
 * older ones in `Origin`.
 *
 * Another site cannot make a browser send a bearer token. So a request with a user token of ours is let through, and so
 * is one with the app's own bearer token and without a cookie. Other kinds of `Authorization` prove nothing: browsers
 * send a site's password along with every request.
 * @throws forbidden
 */
export function refuseCrossSite(request: Request, caller: Caller): void {
  if (request.method === 'GET' || caller.kind === 'service' || (caller.kind === 'token' && caller.bearer === true))
    return;
  if (bearerOf(request) !== undefined && !request.headers.has('cookie')) return;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const own = site === null ? origin === null || hostOf(origin) === request.headers.get('host') : SAME.has(site);
  if (own) return;
  throw new LockstepError('forbidden', 'Cross-site request refused', {
    hint: 'send it from a page of the same origin, or with a bearer token',
  });
}

const SAME: ReadonlySet<string> = new Set(['same-origin', 'none']);

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // "null", of a sandboxed page
  }
}
