import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type Stripe from 'stripe';
import type { Rig } from '../../emulator/test/rig.js';
import { load } from './in-ci/load.mjs';

export type Row = Record<string, unknown> & { id: string };
/** What is stored of a kind of thing, as Better Auth's adapter for memory keeps it. */
export type Tables = Record<'user' | 'subscription' | 'organization' | 'member', Row[]>;

/** A plan as the plugin's options take it. */
export interface Plan {
  name: string;
  priceId?: string;
  lookupKey?: string;
  annualDiscountPriceId?: string;
  seatPriceId?: string;
  limits?: Record<string, number>;
  freeTrial?: { days: number };
  prorationBehavior?: string;
}

interface Auth {
  handler(request: Request): Promise<Response>;
  api: { addMember(asked: object): Promise<unknown> };
}

/** An app whose users sign in with Better Auth and pay with its Stripe plugin, on a port of its own. */
export interface App {
  url: string;
  tables: Tables;
  /** What an app's server calls without a request. */
  api: Auth['api'];
  signUp(name: string): Promise<Person>;
  stop(): Promise<void>;
}

/** Somebody with a browser: their cookies go with every request. */
export interface Person {
  email: string;
  row(): Row;
  /** Calls the app. Throws with its message where it refuses. */
  call(path: string, body?: object): Promise<Row>;
  list(): Promise<Row[]>;
  /** Opens a page of the app. Returns where it leads to. */
  open(url: string): Promise<string>;
}

export async function startApp({ emulator }: Rig, plans: readonly Plan[]): Promise<App> {
  const { betterAuth } = (await load('better-auth')) as { betterAuth: (options: object) => Auth };
  const { memoryAdapter } = (await load('better-auth/adapters/memory')) as { memoryAdapter: (db: object) => object };
  const { organization } = (await load('better-auth/plugins')) as { organization: () => object };
  const plugin = (await load('@better-auth/stripe')) as { stripe: (options: object) => object };
  const sdk = (await load('stripe')) as { default: typeof Stripe };

  const kept = { session: [], account: [], verification: [], invitation: [] };
  // The adapter puts new lists into this object, so it has to be the very one that the tests read.
  const tables: Tables = Object.assign({ user: [], subscription: [], organization: [], member: [] }, kept);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoint = emulator.createWebhookEndpoint({ url: `${url}/api/auth/stripe/webhook` });
  const auth = betterAuth({
    baseURL: url,
    secret: 'a secret of thirty-two characters',
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { level: 'error' },
    plugins: [
      organization(),
      plugin.stripe({
        stripeClient: new sdk.default(emulator.secretKey, emulator.sdk),
        stripeWebhookSecret: endpoint.secret,
        createCustomerOnSignUp: true,
        organization: { enabled: true },
        subscription: { enabled: true, plans, authorizeReference: async () => true },
      }),
    ],
  });
  server.on('request', (request, response) => {
    void (async () => {
      const answer = await auth.handler(await asRequest(url, request));
      response.writeHead(answer.status, [...answer.headers].flat()).end(await answer.text());
    })();
  });
  return {
    url,
    tables,
    api: auth.api,
    signUp: (name) => signUp(url, tables, name),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function asRequest(url: string, request: IncomingMessage): Promise<Request> {
  const { method = 'GET', headers } = request;
  const body = method === 'GET' ? null : await buffer(request);
  return new Request(url + (request.url ?? '/'), { method, headers: headers as Record<string, string>, body });
}

async function signUp(url: string, tables: Tables, name: string): Promise<Person> {
  const email = `${name}@app.example`;
  const cookies = new Map<string, string>();
  const ask = async (address: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { 'content-type': 'application/json', origin: url, cookie };
    const answer = await fetch(address, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(key, value);
    }
    return answer;
  };
  const call: Person['call'] = async (path, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await ask(`${url}/api/auth${path}`, init);
    const said = (await answer.json()) as Row & { message?: string };
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${String(said.message)}`);
    return said;
  };
  const { user } = await call('/sign-up/email', { email, name, password: 'a long password' });
  const { id } = user as Row;
  return {
    email,
    row: () => tables.user.find((row) => row.id === id) as Row,
    call,
    list: async () => (await call('/subscription/list')) as unknown as Row[],
    open: async (address) => (await ask(address)).headers.get('location') ?? '',
  };
}
