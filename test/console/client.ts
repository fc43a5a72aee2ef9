import { createApp } from '../../src/http/app.js';
import { identifyService } from '../../src/http/caller.js';
import type { Engine } from '../../src/engine/engine.js';
import { silent, type Log } from '../../src/kernel/log.js';
import { createConsoleTokens, drawToken, type Role } from '../../src/operate/console/tokens.js';
import { TOKEN } from '../support/world.js';

const ORIGIN = 'http://console.test';

/** An answer of the console: its status, its JSON, and its headers. */
export interface Answer {
  status: number;
  body: Record<string, unknown> & { error?: { code: string; message: string; hint?: string } };
  headers: Headers;
}

/** The service with a console, asked as a browser asks it. */
export interface ConsoleRig {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  call(path: string, init?: RequestInit): Promise<Answer>;
  /** A new token of this role. */
  token(name: string, role: Role, expiresAt?: Date): Promise<string>;
  signIn(token: string): Promise<Browser>;
}

/** Somebody who is signed in. */
export interface Browser {
  cookie: string;
  csrf: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: object, headers?: Record<string, string>): Promise<Answer>;
}

export function consoleRig(
  engine: Engine,
  { log = silent, webDir = 'dist/web' }: { log?: Log; webDir?: string } = {},
): ConsoleRig {
  const app = createApp({ engine, identify: [identifyService(TOKEN)], webDir, log });
  const ask = async (path: string, init?: RequestInit): Promise<Response> =>
    app.fetch(new Request(`${ORIGIN}${path}`, init));
  const call = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await ask(path, init);
    return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers };
  };
  return {
    fetch: ask,
    call,
    async token(name, role, expiresAt) {
      const { text, id, hash } = drawToken();
      await createConsoleTokens(engine.database, engine.clock).add({ id, name, role, hash, expiresAt });
      return text;
    },
    async signIn(token) {
      const { headers } = await call('/console/api/sign-in', posted({ token }));
      const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      const { body } = await call('/console/api/session', { headers: { cookie } });
      const csrf = String(body['csrf']);
      return {
        cookie,
        csrf,
        get: (path) => call(`/console/api${path}`, { headers: { cookie } }),
        post: (path, asked, headers = {}) =>
          call(`/console/api${path}`, posted(asked, { cookie, 'x-lockstep-csrf': csrf, ...headers })),
      };
    },
  };
}

export function posted(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
    body: JSON.stringify(body),
  };
}
