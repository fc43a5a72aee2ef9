import { createHash, timingSafeEqual } from 'node:crypto';
import { LockstepError } from '../kernel/error.js';
import type { User } from '../billing/users/users.js';

/**
 * Who makes the request: the app's own server with the service token, somebody signed in to the app, or a user by the
 * id. `bearer`: the request has a user token of ours in `Authorization`.
 */
export type Caller =
  { kind: 'service' } | { kind: 'user'; username: string } | { kind: 'token'; userId: string; bearer?: true };

/** Identifies the sender of a request from its token or session, never from its body. */
export type Identify = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** The caller, as the first function of `identify` that recognizes it reports. */
export async function callerOf(request: Request, identify: readonly Identify[]): Promise<Caller | undefined> {
  for (const by of identify) {
    const caller = await by(request);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

/** Somebody other than the app's own server. */
export function isPerson({ kind }: Caller): boolean {
  return kind !== 'service';
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(request: Request): string | undefined {
  const [scheme, value] = (request.headers.get('authorization') ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' ? value : undefined;
}

/** Characters of a service token at least: a shorter one could be guessed. */
export const TOKEN_MIN = 16;

/** `Authorization: Bearer <LOCKSTEP_TOKEN>`. */
export function identifyService(token: string): Identify {
  return (request) => {
    const value = bearerOf(request);
    return value !== undefined && isToken(value, token) ? { kind: 'service' } : undefined;
  };
}

/** @throws unauthorized the request is not authenticated */
export function known(caller: Caller | undefined): Caller {
  if (caller !== undefined) return caller;
  throw new LockstepError('unauthorized', 'Not authenticated', {
    hint: 'sign in, or send Authorization: Bearer with LOCKSTEP_TOKEN or a user token',
  });
}

/**
 * Whether the caller is the app's own server, or this user. Usernames are compared exactly: two users may differ
 * by case alone.
 */
export function actsFor(caller: Caller, user: User): boolean {
  switch (caller.kind) {
    case 'service':
      return true;
    case 'user':
      return caller.username === user.username;
    case 'token':
      return caller.userId === user.id;
    default:
      return caller satisfies never;
  }
}

/** @returns the user whom the caller may act for. @throws forbidden; user_not_found, which only the service learns */
export function authorizeFor(caller: Caller, user: User | undefined, notFound: () => LockstepError): User {
  if (user === undefined && caller.kind === 'service') throw notFound();
  if (user === undefined || !actsFor(caller, user)) {
    throw new LockstepError('forbidden', 'You may act only for yourself', { hint: 'use your own user in the path' });
  }
  return user;
}

/** Compares in constant time. Hashed first: equal lengths, so that the comparison tells nothing about the token's. */
export function isToken(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
