import type { SignInLimit } from '../../operate/console/sign-in-limit.js';
import type { Operator, Sessions } from '../../operate/console/sessions.js';
import { digestOf, partsOfToken, type ConsoleTokens } from '../../operate/console/tokens.js';
import { LockstepError } from '../../kernel/error.js';
import { refuseCrossSite } from '../api/cross-site.js';
import { isToken } from '../caller.js';

/** The cookie of a session. It has no path: a browser then sends it to the addresses beside the one that set it. */
const COOKIE = 'lockstep_console';
/** A page of another site can send the cookie, and it can neither read nor guess this. */
export const CSRF_HEADER = 'x-lockstep-csrf';

export interface SignInParts {
  tokens: ConsoleTokens;
  sessions: Sessions;
  limit: SignInLimit;
}

/** @returns the value of `Set-Cookie`. @throws unauthorized, too_many_attempts */
export async function signIn(request: Request, text: string, parts: SignInParts): Promise<string> {
  refuseForeign(request);
  const { tokens, sessions, limit } = parts;
  const id = partsOfToken(text)?.id ?? '';
  const known = id !== '' && (await tokens.list()).some((token) => token.id === id) ? id : '';
  const waitS = limit.waitS(known);
  if (waitS > 0) {
    throw new LockstepError('too_many_attempts', `Too many failed sign-ins; wait ${waitS} seconds`, {
      hint: 'copy the token again; lockstep console list shows which tokens there are',
      facts: { waitS },
    });
  }
  const token = await tokens.check(text);
  if (token === undefined) {
    limit.failed(known);
    throw new LockstepError('unauthorized', 'This token opens nothing', {
      hint: 'it may have expired or been revoked; ask for another one: lockstep console add NAME',
    });
  }
  limit.succeeded(known);
  await sessions.prune();
  return cookieOf(request, await sessions.begin(token), token.expiresAt);
}

/** Who is signed in. @throws unauthorized */
export async function operatorOf(
  request: Request,
  sessions: Sessions,
): Promise<{ operator: Operator; cookie: string }> {
  const cookie = cookieIn(request);
  const operator = cookie === undefined ? undefined : await sessions.find(cookie);
  if (cookie !== undefined && operator !== undefined) return { operator, cookie };
  throw new LockstepError('unauthorized', 'Not signed in, or the session has ended', { hint: 'sign in' });
}

/** What the page has to send back with each write. */
export function csrfOf(cookie: string): string {
  return digestOf(`csrf ${cookie}`).toString('base64url');
}

/** Refuses a write that did not come from the console's own page. @throws forbidden */
export function refuseForged(request: Request, cookie: string): void {
  refuseForeign(request);
  const sent = request.headers.get(CSRF_HEADER);
  if (sent !== null && isToken(sent, csrfOf(cookie))) return;
  throw new LockstepError('forbidden', 'The request did not come from the console', { hint: 'load the page again' });
}

/** @throws forbidden another site sent it */
function refuseForeign(request: Request): void {
  refuseCrossSite(request, { kind: 'user', username: '' });
}

function cookieIn(request: Request): string | undefined {
  const found = (request.headers.get('cookie') ?? '')
    .split(/;\s*/)
    .find((pair) => pair.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
  return found !== undefined && /^[\w-]{43}$/.test(found) ? found : undefined;
}

function cookieOf(request: Request, value: string, expiresAt: Date | null): string {
  const until = expiresAt === null ? '' : `; Expires=${expiresAt.toUTCString()}`;
  return `${COOKIE}=${value}; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}${until}`;
}

export function endedCookie(request: Request): string {
  return `${COOKIE}=; HttpOnly; SameSite=Strict${isSecure(request) ? '; Secure' : ''}; Max-Age=0`;
}

/** A proxy that ends TLS says so. If it does not, the cookie is sent over both, as over a plain connection. */
function isSecure(request: Request): boolean {
  const forwarded = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  return (forwarded ?? new URL(request.url).protocol.slice(0, -1)) === 'https';
}
