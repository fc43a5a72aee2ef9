import { createHash, timingSafeEqual } from 'node:crypto';
import { LockstepError } from '../kernel/error.js';

/** Who asks: the app's own server with the service token, or a user signed in to the sample app. */
export type Caller = { kind: 'service' } | { kind: 'user'; username: string };

/** Identifies whoever sent the request, from its token or session; never from its body. */
export type Identify = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** Who the first of `identify` that knows the caller says it is. */
export async function callerOf(request: Request, identify: readonly Identify[]): Promise<Caller | undefined> {
  for (const by of identify) {
    const caller = await by(request);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

/** `Authorization: Bearer <LOCKSTEP_TOKEN>`. */
export function identifyService(token: string): Identify {
  return (request) => {
    const [scheme, value] = (request.headers.get('authorization') ?? '').split(' ');
    return scheme?.toLowerCase() === 'bearer' && value !== undefined && same(value, token)
      ? { kind: 'service' }
      : undefined;
  };
}

/** @throws unauthorized nobody known asks; forbidden somebody asks for another user */
export function authorizeFor(caller: Caller | undefined, username: string): void {
  if (caller === undefined) {
    throw new LockstepError('unauthorized', 'who is asking is not known', {
      hint: 'send Authorization: Bearer with the LOCKSTEP_TOKEN, or sign in',
    });
  }
  if (caller.kind === 'user' && caller.username.toLowerCase() !== username.toLowerCase()) {
    throw new LockstepError('forbidden', 'you may act for yourself only');
  }
}

// Hashed first: equal lengths, so that the comparison tells nothing about the token's.
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
