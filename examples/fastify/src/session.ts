import { randomUUID } from 'node:crypto';

// Stands in for the sign-in of your app: it accepts any user name without a password.
const sessions = new Map<string, string>();

/** The cookie of a new session. */
export function signIn(username: string): string {
  const id = randomUUID();
  sessions.set(id, username);
  return `session=${id}; HttpOnly; SameSite=Lax; Path=/`;
}

/** Whose session the cookies name; null: nobody's. */
export function signedIn(cookies: string | null | undefined): { username: string } | null {
  const id = /(?:^|; )session=([^;]+)/.exec(cookies ?? '')?.[1];
  const username = id === undefined ? undefined : sessions.get(id);
  return username === undefined ? null : { username };
}
