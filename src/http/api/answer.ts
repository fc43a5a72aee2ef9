import * as v from 'valibot';
import { userNotFound, type User, type Users } from '../../billing/users/users.js';
import { LockstepError } from '../../kernel/error.js';
import { pathOfIssue, reasonOf } from '../../kernel/schema-issue.js';
import { billingOf, usersOf } from '../billing-of.js';
import { actsFor, authorizeFor, callerOf, isPerson, known, type Caller } from '../caller.js';
import { jsonBody, refuseUnknownField } from '../json-body.js';
import type { PathParameters, Service } from '../service.js';
import { refuseCrossSite } from './cross-site.js';
import type { UserRoute } from './user-route.js';

const KEY = /^[!-~]{1,255}$/;

/** Answers a route for a user: it identifies the caller and the user, checks the request, and runs the row. */
export async function answerForUser(
  route: UserRoute,
  request: Request,
  path: PathParameters,
  service: Service,
): Promise<Response> {
  const { engine } = service;
  const caller = known(await callerOf(request, service.identify));
  if (isPerson(caller)) refuseCrossSite(request, caller);
  const billing = billingOf(engine);
  const user = await userOf(path, caller, usersOf(engine), route.userMayBeGone);
  if (isPerson(caller) && route.caller === 'server') throw denied();
  if (!(await service.authorize({ caller, user, action: route.action }))) throw denied();
  const asked = await askedOf(route, request);
  if (isPerson(caller)) refuseWhatIsFree(asked as Record<string, unknown>, route.serviceOnly);
  const idempotencyKey = route.takesNoBody === true ? undefined : keyOf(request);
  const [id, now] = [path['id'] ?? '', engine.clock.now()];
  const answer = await route.run({ billing, user, caller, now, asked, id, idempotencyKey });
  return Response.json(answer, { headers: { 'cache-control': 'no-store' } });
}

/** The user named in the path. @throws forbidden, user_not_found */
async function userOf(path: PathParameters, caller: Caller, users: Users, mayBeGone: boolean = false): Promise<User> {
  const { user: id = '', username } = path;
  if (username !== undefined) {
    return authorizeFor(caller, await users.byUsername(username), () => userNotFound(username));
  }
  const found = id === 'me' ? await callersOwn(caller, users) : await users.byId(id);
  if (found === undefined && mayBeGone && caller.kind === 'service') return { id, username: '', name: '', email: null };
  return authorizeFor(await asTheTableHasIt(caller, found, users), found, () => userNotFound(id));
}

/** The caller with the id as the users table spells it: `7` for `007`, if the database considers the two equal. */
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
function askedOf(route: UserRoute, request: Request): unknown {
  if (route.takesNoBody === true) return {};
  return route.method === 'GET' ? queryOf(request, route) : jsonBody(request, route.asked);
}

/** @throws request_invalid */
function queryOf(request: Request, { asked }: UserRoute): unknown {
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
  // A subscription with a quantity of 0 is active and costs nothing.
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

function denied(): LockstepError {
  return new LockstepError('forbidden', 'You are not allowed to do this', {
    hint: 'send LOCKSTEP_TOKEN as the bearer token',
  });
}
