import { randomUUID } from 'node:crypto';

// Stands in for the sign-in of your app: it accepts any user name without a password.
const sessions = new Map<string, string>();

/** Starts a session and returns its cookie. */
export function signIn(username: string): string {
  const id = randomUUID();
  sessions.set(id, username);
  return `session=${id}; HttpOnly; SameSite=Lax; Path=/`;
}

/** The user who is signed in, by the request's cookies. Null if nobody is. */
export function signedIn(cookies: string | null | undefined): { username: string } | null {
  const id = /(?:^|; )session=([^;]+)/.exec(cookies ?? '')?.[1];
  const username = id === undefined ? undefined : sessions.get(id);
  return username === undefined ? null : { username };
}
