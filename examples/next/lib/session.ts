// Stands in for the sign-in of your app: it believes whoever says who they are.
/** The cookie of a new session. */
export function signIn(username: string): string {
  return `session=${encodeURIComponent(username)}; HttpOnly; SameSite=Lax; Path=/`;
}

/** Whose session the cookies name; null: nobody's. */
export function signedIn(cookies: string | null | undefined): { username: string } | null {
  const username = /(?:^|; )session=([^;]+)/.exec(cookies ?? '')?.[1];
  return username === undefined ? null : { username: decodeURIComponent(username) };
}
