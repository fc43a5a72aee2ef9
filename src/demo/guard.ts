import type { Door } from '../kernel/door.js';

type Fetch = (request: Request) => Response | Promise<Response>;

const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Refuses other sites. The sample app signs anybody in without a password, so only its own pages and programs of this
 * machine may use it. Other pages may link to it.
 */
export function guarded(door: Door, fetch: Fetch): Fetch {
  return async (request) => {
    const header = (name: string): string | undefined => request.headers.get(name) ?? undefined;
    const refused = door.refusal(
      {
        host: header('host'),
        origin: header('origin'),
        site: header('sec-fetch-site'),
        mode: header('sec-fetch-mode'),
        dest: header('sec-fetch-dest'),
        method: request.method,
      },
      'page',
    );
    const response =
      refused === undefined
        ? await fetch(request)
        : Response.json({ error: { code: 'forbidden', ...refused } }, { status: 403 });
    const headers = new Headers(response.headers);
    for (const [name, value] of Object.entries(HEADERS)) if (!headers.has(name)) headers.set(name, value);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}
