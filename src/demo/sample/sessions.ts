import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../kernel/clock.js';
import type { Identify } from '../../http/caller.js';

const COOKIE = 'lockstep_session';
const LIFETIME_S = 12 * 3_600;

/**
 * The sample app's sessions: a cookie with the username and the end of the session, signed, not readable by scripts.
 */
export interface SampleSessions {
  identify: Identify;
  /** Returns the `Set-Cookie` header of a new session. */
  open(username: string): string;
  /** Returns the `Set-Cookie` header that ends the session. */
  close(): string;
}

export function createSessions(secret: string, clock: Clock): SampleSessions {
  const sign = (text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  const nowS = (): number => Math.floor(clock.now().getTime() / 1_000);
  return {
    identify(request) {
      const value = cookie(request.headers.get('cookie') ?? '');
      const [payload = '', signature = ''] = value.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = sign(payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const { username, until } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
        username: string;
        until: number;
      };
      return until > nowS() ? { kind: 'user', username } : undefined;
    },
    open(username) {
      const payload = Buffer.from(JSON.stringify({ username, until: nowS() + LIFETIME_S })).toString('base64url');
      const value = `${payload}.${sign(payload).toString('base64url')}`;
      return `${COOKIE}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${LIFETIME_S}`;
    },
    close: () => `${COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0`,
  };
}

function cookie(header: string): string {
  for (const part of header.split(';')) {
    const [name, ...value] = part.trim().split('=');
    if (name === COOKIE) return value.join('=');
  }
  return '';
}
