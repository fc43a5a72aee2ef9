import { cookies } from 'next/headers';

// Stands in for the sign-in of your app: it accepts any user name without a password.

/** Whose session the cookies name; null: nobody's. */
export function signedIn(cookies: string | null | undefined): { username: string } | null {
  const username = /(?:^|; )session=([^;]+)/.exec(cookies ?? '')?.[1];
  return username === undefined ? null : { username: decodeURIComponent(username) };
}

/** The same, of the request that is answered now. */
export async function currentUser(): Promise<{ username: string } | null> {
  return signedIn((await cookies()).toString());
}

export async function startSession(username: string): Promise<void> {
  (await cookies()).set('session', username, { httpOnly: true, sameSite: 'lax', path: '/' });
}
