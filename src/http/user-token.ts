import { verify } from 'hono/jwt';
import { LockstepError } from '../kernel/error.js';
import type { Clock } from '../kernel/clock.js';
import { bearerOf, type Identify } from './caller.js';

const SECRET_MIN = 32;
const AUDIENCE = 'lockstep';
/** How long a token may be valid, in seconds. One minute more is accepted, because clocks differ. */
export const LIFETIME_S = 3_600;
const SKEW_S = 60;

/**
 * `Authorization: Bearer <token>` of one user: a JSON Web Token, which the app's server signed with HS256 and this
 * secret.
 * `aud` is "lockstep", `sub` the user's id, `exp` at most an hour from now.
 * @throws option_invalid the secret is too short to withstand guessing
 */
export function identifyUserToken(secret: string, clock: Clock): Identify {
  if (secret.length < SECRET_MIN) {
    throw new LockstepError('option_invalid', 'LOCKSTEP_USER_TOKEN_SECRET is too short', {
      hint: `set it to at least ${SECRET_MIN} random characters`,
    });
  }
  return async (request) => {
    const token = bearerOf(request);
    if (token === undefined || token.split('.').length !== 3) return undefined;
    const payload = await read(token, secret);
    const nowS = clock.now().getTime() / 1_000;
    if (typeof payload?.exp !== 'number' || typeof payload['sub'] !== 'string' || payload['sub'] === '')
      return undefined;
    if (payload.exp <= nowS || payload.exp > nowS + LIFETIME_S + SKEW_S) return undefined;
    return { kind: 'token', userId: payload['sub'], bearer: true };
  };
}

// The algorithm is fixed here and never read from the token. The times are checked above, by our clock.
async function read(token: string, secret: string): Promise<Awaited<ReturnType<typeof verify>> | undefined> {
  try {
    return await verify(token, secret, { alg: 'HS256', aud: AUDIENCE, exp: false, iat: false });
  } catch {
    return undefined; // forged, from another app, or not a token
  }
}
