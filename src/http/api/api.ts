import { Hono } from 'hono';
import * as v from 'valibot';
import { userNotFound, type User, type Users } from '../../billing/users/users.js';
import type { Engine } from '../../engine/engine.js';
import { LockstepError } from '../../kernel/error.js';
import { pathOfIssue, reasonOf } from '../../kernel/schema-issue.js';
import { actsFor, authorizeFor, callerOf, known, type Caller, type Identify } from '../caller.js';
import { billingOf, usersOf } from '../billing-of.js';
import { jsonBody, refuseUnknownField } from '../json-body.js';
import { refuseCrossSite } from './cross-site.js';
import { openApiDocument } from './openapi.js';
import type { Action, Route } from './route.js';
import { isPerson, routes } from './routes.js';

/**
 * Whether a caller may do this for the user: `({ caller, action }) => caller.kind === 'service' || action !== 'subscriptions.write'`.
 * Asked after our own rules, so that it can only deny more. `false` is answered `forbidden`.
 */
export type Authorize = (ask: { caller: Caller; user: User; action: Action }) => boolean | Promise<boolean>;

export interface ApiOptions {
  engine: Engine;
  identify: readonly Identify[];
  /** Default: the service may do everything, a person only for themselves. */
  authorize?: Authorize | undefined;
}

/** What no person may do, not even for themselves. */
const SERVICE_ONLY: ReadonlySet<Action> = new Set(['subscriptions.pause', 'usage.write', 'user.write']);
const KEY = /^[!-~]{1,255}$/;

/** `/v1/users/{user}/…` for any language, and `/v1/openapi.json`, which says how. */
export function createApi({ engine, identify, authorize = () => true }: ApiOptions): Hono {
  const app = new Hono();
  const mayDo = async (caller: Caller, user: User, action: Action): Promise<void> => {
    if (isPerson(caller) && SERVICE_ONLY.has(action)) throw denied();
    if (!(await authorize({ caller, user, action }))) throw denied();
  };

  for (const one of routes) {
    const path = `/v1/users/{user}${one.path}`.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(one.method, path, async (c) => {
      const request = c.req.raw;
      const caller = known(await callerOf(request, identify));
      if (isPerson(caller)) refuseCrossSite(request, caller);
      const billing = billingOf(engine);
      const user = await userOf(c.req.param('user') ?? '', caller, usersOf(engine), one.userMayBeGone);
      await mayDo(caller, user, one.action);
      const asked = one.method === 'get' ? queryOf(request, one) : await jsonBody(request, one.asked);
      if (isPerson(caller)) refuseWhatIsFree(asked as Record<string, unknown>, one.serviceOnly);
      const idempotencyKey = keyOf(request);
      const [id, now] = [c.req.param('id') ?? '', engine.clock.now()];
      const answer = await one.run({ billing, user, caller, now, asked, id, idempotencyKey });
      return c.json(answer as object, 200, { 'cache-control': 'no-store' });
    });
    app.all(path, (c, next) => (c.req.method.toLowerCase() in methodsOf(one.path) ? next() : notAllowed(one.path)));
  }

  const document = openApiDocument();
  app.get('/v1/openapi.json', (c) => c.json(document));
  return app;
}

/** @throws forbidden, user_not_found */
async function userOf(id: string, caller: Caller, users: Users, mayBeGone = false): Promise<User> {
  const found = id === 'me' ? await callersOwn(caller, users) : await users.byId(id);
  if (found === undefined && mayBeGone && caller.kind === 'service') return { id, username: '', name: '', email: null };
  return authorizeFor(await asTheTableHasIt(caller, found, users), found, () => userNotFound(id));
}

/** The caller under the spelling of the users table: `7` for `007`, where the database takes the two for equal. */
async function asTheTableHasIt(caller: Caller, found: User | undefined, users: Users): Promise<Caller> {
  if (found === undefined || caller.kind === 'service' || actsFor(caller, found)) return caller;
  if (!(await users.isSame(found, caller.kind === 'token' ? { id: caller.userId } : { username: caller.username })))
    return caller;
  return caller.kind === 'token' ? { ...caller, userId: found.id } : { ...caller, username: found.username };
}

async function callersOwn(caller: Caller, users: Users): Promise<User | undefined> {
  if (caller.kind === 'service') return undefined;
  const found = await (caller.kind === 'token' ? users.byId(caller.userId) : users.byUsername(caller.username));
  return found !== undefined && actsFor(await asTheTableHasIt(caller, found, users), found) ? found : undefined;
}

/** @throws request_invalid */
function queryOf(request: Request, { asked }: Route): unknown {
  const query = Object.fromEntries(new URL(request.url).searchParams);
  refuseUnknownField(asked, query, 'query');
  const parsed = v.safeParse(asked, query);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new LockstepError('request_invalid', `Invalid query parameter "${pathOfIssue(issue)}": ${reasonOf(issue)}`, {
    hint: 'see /v1/openapi.json for the parameters',
  });
}

/** @throws forbidden */
function refuseWhatIsFree(asked: Record<string, unknown>, fields: readonly string[] = []): void {
  const items = (asked['items'] ?? []) as readonly { quantity?: number }[];
  // None of something is active, and costs nothing.
  const none = items.some(({ quantity }) => quantity === 0) ? 'a quantity of 0' : undefined;
  const field = fields.find((name) => asked[name] !== undefined) ?? none;
  if (field === undefined) return;
  throw new LockstepError('forbidden', `Only your server may set ${field}`, {
    hint: 'leave it out, or send LOCKSTEP_TOKEN as the bearer token',
  });
}

/** @throws request_invalid */
function keyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key') ?? undefined;
  if (key === undefined || KEY.test(key)) return key;
  throw new LockstepError('request_invalid', 'Invalid Idempotency-Key header', {
    hint: 'use at most 255 printable ASCII characters, such as a UUID',
  });
}

/** The error when `authorize` refuses. */
export function denied(): LockstepError {
  return new LockstepError('forbidden', 'You are not allowed to do this', {
    hint: 'send LOCKSTEP_TOKEN as the bearer token',
  });
}

function methodsOf(path: string): Record<string, true> {
  return Object.fromEntries(routes.filter((one) => one.path === path).map(({ method }) => [method, true]));
}

function notAllowed(path: string): Response {
  const allow = Object.keys(methodsOf(path)).join(', ').toUpperCase();
  const error = { code: 'method_not_allowed', message: `Method not allowed; use ${allow}` };
  return Response.json({ error }, { status: 405, headers: { allow } });
}
