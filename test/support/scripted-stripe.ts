import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Json = Record<string, unknown>;

/** A read that has reached Stripe and waits for its answer. */
export interface Held {
  /** Resolves when the read arrives. */
  arrived: Promise<void>;
  /** Answers with the state as it was when the read arrived, or with `body` instead. */
  release(body?: Json): void;
}

/** A Stripe that does exactly what a test says, over HTTP, so that the real SDK and the real gateway speak to it. */
export interface ScriptedStripe {
  readonly url: string;
  readonly account: string;
  /** `GET path` answers this from now on, to the key itself or on behalf of a connected account. */
  put(path: string, object: Json, connected?: string): void;
  remove(path: string, connected?: string): void;
  /** `GET path` answers with an error this often; 'cut': the connection ends in the middle of the answer. */
  fail(path: string, status: number | 'cut', times: number, code?: string): void;
  /** The next `GET path` is held. */
  hold(path: string): Held;
  /** Paths of every GET, in order; on behalf of a connected account, `acct_1:/v1/customers/cus_1`. */
  readonly reads: string[];
  /** Queries of every GET of a list, in order: `/v1/customers?limit=100`. */
  readonly lists: string[];
  stop(): Promise<void>;
}

export async function startScriptedStripe({ account = 'acct_scripted' } = {}): Promise<ScriptedStripe> {
  // What an account has one of is an object, where other paths as short as these are lists.
  const objects = new Map<string, Json>([
    ['/v1/account', { id: account, object: 'account' }],
    ['/v1/balance', { object: 'balance', livemode: false, available: [], pending: [] }],
    ['/v1/balance_settings', { object: 'balance_settings', payments: {} }],
  ]);
  const failures = new Map<string, { status: number | 'cut'; times: number; code: string | undefined }>();
  const held = new Map<string, { arrive: () => void; answer: Promise<Json | undefined> }[]>();
  const reads: string[] = [];
  const lists: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stripe');
    const path = below(request.headers['stripe-account'], url.pathname);
    reads.push(path);
    if (url.searchParams.has('limit')) lists.push(`${path}${decodeURIComponent(url.search)}`);
    const state = objects.get(path) ?? listOf(objects, url, path);
    const failure = failures.get(path);
    const hold = held.get(path)?.shift();
    hold?.arrive();
    const instead = await hold?.answer;
    if (failure !== undefined && failure.times > 0) {
      failure.times -= 1;
      if (failure.status === 'cut') return cut(response);
      return send(response, failure.status, {
        error: { type: 'api_error', message: 'as scripted', code: failure.code },
      });
    }
    const body = instead ?? state;
    if (body !== undefined) return send(response, 'error' in body ? 400 : 200, body);
    send(response, 404, {
      error: {
        type: 'invalid_request_error',
        code: 'resource_missing',
        param: 'id',
        message: `No such object: ${path}`,
      },
    });
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    account,
    reads,
    lists,
    put: (path, object, connected) => void objects.set(below(connected, path), structuredClone(withMode(object))),
    remove: (path, connected) => void objects.delete(below(connected, path)),
    fail: (path, status, times, code) => void failures.set(path, { status, times, code }),
    hold(path) {
      let arrive = (): void => {};
      let release = (_body?: Json): void => {};
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const answered = new Promise<Json | undefined>((resolve) => (release = resolve));
      held.set(path, [...(held.get(path) ?? []), { arrive, answer: answered }]);
      return { arrived, release };
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `GET /v1/customers` lists what was put below it, newest last put first, a page at a time, of late where it is asked so. */
function listOf(objects: ReadonlyMap<string, Json>, url: URL, list: string): Json | undefined {
  if (url.pathname.split('/').length !== 3) return undefined;
  const members = [...objects]
    .filter(([path]) => path.startsWith(`${list}/`) && !path.slice(list.length + 1).includes('/'))
    .map(([, object]) => object);
  const since = Number(url.searchParams.get('created[gte]') ?? -Infinity);
  const until = Number(url.searchParams.get('created[lte]') ?? Infinity);
  const all = members
    .filter(({ deleted, created }) => deleted !== true && Number(created ?? Infinity) >= since)
    .filter(({ created }) => Number(created ?? -Infinity) <= until)
    .filter((member) => [...url.searchParams].every(([field, id]) => !isOfOther(member[field], id)))
    .reverse();
  const after = url.searchParams.get('starting_after');
  const found = all.findIndex((member) => member['id'] === after);
  if (after !== null && found === -1) return missingCursor(after);
  const from = found + 1;
  const limit = Number(url.searchParams.get('limit') ?? 10);
  return {
    object: 'list',
    url: url.pathname,
    data: all.slice(from, from + limit),
    has_more: all.length > from + limit,
  };
}

/** `GET /v1/subscription_items?subscription=sub_1` lists the items of that one. */
function isOfOther(parent: unknown, id: string): boolean {
  return id.includes('_') && typeof parent === 'string' && parent !== id;
}

/** Most objects of Stripe's say which mode they are of, and hardly a test is about that. */
function withMode(object: Json): Json {
  const { data } = object;
  return object['object'] === 'list'
    ? { ...object, data: (data as Json[]).map(withMode) }
    : { livemode: false, ...object };
}

function missingCursor(id: string): Json {
  const message = `No such object: ${id}`;
  return { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'starting_after', message } };
}

function below(account: string | string[] | undefined, path: string): string {
  return account === undefined ? path : `${String(account)}:${path}`;
}

function cut(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
  response.write('{"id":"cus_', () => response.destroy());
}

function send(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_scripted' });
  response.end(JSON.stringify(body));
}
