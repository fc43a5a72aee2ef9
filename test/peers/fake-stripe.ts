import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import type { Change } from './life.js';
import { childrenOf, factsOf, kinds, previousOf, rendered, type Kind, type StripeObject } from './object.js';

export type StripeEvent = Record<string, unknown> & { id: string; type: string };

/** What stands at Stripe: the truth that every engine is compared with. */
export interface Truth {
  kind: Kind;
  id: string;
  /** Complete, sub-lists too; null: deleted. */
  object: StripeObject | null;
}

/** List requests of one type that have read their page and wait for leave to answer. */
export interface HeldLists {
  /** Resolves when the pages that wait hold all of these ids. */
  captured(ids: readonly string[]): Promise<void>;
  release(): void;
}

export interface HeldRead {
  arrived: Promise<void>;
  /** Also when no read ever came. */
  release: () => void;
}

/** A Stripe over HTTP with a store of its own: objects, lists, sub-lists, deletions, and events for each change. */
export interface FakeStripe {
  readonly url: string;
  readonly port: number;
  readonly account: string;
  /** Stands without an event, as what was there before anybody looked. */
  put(object: StripeObject): void;
  /** Makes the change and gives the event that reports it. `created`: epoch seconds, default now. */
  apply(change: Change, created?: number): StripeEvent;
  /** The object is gone; the event as `apply`. */
  remove(change: Change, created?: number): StripeEvent;
  get(kind: Kind, id: string): StripeObject;
  /** Lists of this type wait from now on. */
  holdLists(kind: Kind): HeldLists;
  /** The next GET of this object is read as it is when the request arrives, and answered when released. */
  holdRead(kind: Kind, id: string): HeldRead;
  truth(): Truth[];
  stop(): Promise<void>;
}

interface Hold {
  ids: Set<string>;
  look: () => void;
  open: Promise<void>;
}

export const ACCOUNT = 'acct_peers';

export async function startFakeStripe(): Promise<FakeStripe> {
  const store = new Map<string, StripeObject>();
  const deleted = new Map<string, { kind: Kind; id: string }>();
  const holds = new Map<Kind, Hold>();
  const slow = new Map<string, { arrive: () => void; answer: Promise<void> }>();
  let drawn = 0;

  const eventOf = (change: Change, created: number, previous?: Record<string, unknown>): StripeEvent => ({
    id: `evt_${String((drawn += 1)).padStart(8, '0')}`,
    object: 'event',
    type: change.event,
    created,
    api_version: Stripe.API_VERSION,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: { object: rendered(change.after), ...(previous === undefined ? {} : { previous_attributes: previous }) },
  });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://stripe');
    const path = url.pathname;
    if (path === '/v1/account') return send(response, 200, { id: ACCOUNT, object: 'account' });
    const kind = kinds.find((one) => path === factsOf[one].path);
    if (kind !== undefined) {
      const page = listOf(kind, [...store.values()], url.searchParams);
      await held(holds.get(kind), page);
      return send(response, 200, page);
    }
    const members = membersOf(url, store);
    if (members !== undefined) return send(response, 200, paged(path, members, url.searchParams));
    const found = one(path, store, deleted);
    const body = found === undefined ? undefined : structuredClone(found); // as it is now, however late the answer
    const hold = slow.get(path);
    slow.delete(path);
    hold?.arrive();
    await hold?.answer;
    if (body !== undefined) return send(response, 200, body);
    send(response, 404, missing(path));
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ port, account: ACCOUNT },
    put: (object) => void store.set(object.id, structuredClone(object)),
    apply(change, created = seconds()) {
      const before = store.get(change.after.id);
      store.set(change.after.id, structuredClone(change.after));
      return eventOf(change, created, before && previousOf(before, change.after));
    },
    remove(change, created = seconds()) {
      const { id, object: kind } = change.after;
      store.delete(id);
      deleted.set(id, { kind, id });
      return eventOf(change, created);
    },
    get(kind, id) {
      const object = store.get(id);
      if (object?.object !== kind) throw new Error(`there is no ${kind} ${id}`);
      return structuredClone(object);
    },
    holdLists(kind) {
      const { hold, lists } = newHold();
      holds.set(kind, hold);
      return { ...lists, release: () => (holds.delete(kind), lists.release()) };
    },
    holdRead(kind, id) {
      const path = `${factsOf[kind].path}/${id}`;
      let [arrive, release] = [(): void => {}, (): void => {}];
      const arrived = new Promise<void>((resolve) => (arrive = resolve));
      const answer = new Promise<void>((resolve) => (release = resolve));
      slow.set(path, { arrive, answer });
      return { arrived, release: () => (slow.delete(path), release()) };
    },
    truth: () => [
      ...[...store.values()].map((object) => ({ kind: object.object, id: object.id, object: structuredClone(object) })),
      ...[...deleted.values()].map(({ kind, id }) => ({ kind, id, object: null })),
    ],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const seconds = (): number => Math.floor(Date.now() / 1_000);

function newHold(): { hold: Hold; lists: HeldLists } {
  let release = (): void => {};
  const open = new Promise<void>((resolve) => (release = resolve));
  const waiting = new Set<() => void>();
  const hold: Hold = { ids: new Set(), look: () => waiting.forEach((look) => look()), open };
  const captured = (ids: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (ids.every((id) => hold.ids.has(id)) && resolve());
      waiting.add(look);
      look();
    });
  return { hold, lists: { captured, release: () => release() } };
}

// A search for the oldest object asks for one; the pages of a backfill ask for more.
async function held(hold: Hold | undefined, page: Page): Promise<void> {
  if (hold === undefined || page.limit === 1) return;
  for (const { id } of page.data) hold.ids.add(id as string);
  hold.look();
  await hold.open;
}

interface Page {
  object: 'list';
  url: string;
  limit: number;
  data: Record<string, unknown>[];
  has_more: boolean;
}

// Stripe's lists leave out what is deleted; prices list the active ones and subscriptions those that have not ended,
// unless asked otherwise.
function listOf(kind: Kind, objects: readonly StripeObject[], query: URLSearchParams): Page {
  const active = query.get('active') ?? (kind === 'price' ? 'true' : null);
  const status = query.get('status');
  const listed = objects
    .filter((object) => object.object === kind)
    .filter((object) => active === null || String(object['active']) === active)
    .filter(
      (object) =>
        kind !== 'subscription' ||
        status === 'all' ||
        (status === null ? object['status'] !== 'canceled' : object['status'] === status),
    )
    .filter(({ created }) => within(created, query))
    .sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1))
    .map(rendered);
  return paged(factsOf[kind].path, listed, query);
}

function within(created: number, query: URLSearchParams): boolean {
  const bound = (name: string): number | undefined => {
    const text = query.get(`created[${name}]`);
    return text === null ? undefined : Number(text);
  };
  const [gt, gte, lt, lte] = [bound('gt'), bound('gte'), bound('lt'), bound('lte')];
  return (
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte)
  );
}

function paged(url: string, all: readonly Record<string, unknown>[], query: URLSearchParams): Page {
  const after = query.get('starting_after');
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const limit = Math.min(100, Number(query.get('limit') ?? 10));
  return structuredClone({
    ...{ object: 'list', url, limit },
    data: all.slice(from, from + limit),
    has_more: all.length > from + limit,
  });
}

function membersOf(url: URL, store: ReadonlyMap<string, StripeObject>): readonly Record<string, unknown>[] | undefined {
  const lines = /^\/v1\/invoices\/([^/]+)\/lines$/.exec(url.pathname);
  const owner = lines?.[1] ?? (url.pathname === '/v1/subscription_items' ? url.searchParams.get('subscription') : null);
  const object = owner === null ? undefined : store.get(owner);
  return object && childrenOf(object);
}

function one(
  path: string,
  store: ReadonlyMap<string, StripeObject>,
  deleted: ReadonlyMap<string, { kind: Kind }>,
): Record<string, unknown> | undefined {
  const kind = kinds.find((each) => path.startsWith(`${factsOf[each].path}/`));
  if (kind === undefined) return undefined;
  const id = decodeURIComponent(path.slice(factsOf[kind].path.length + 1));
  const object = store.get(id);
  if (object !== undefined) return object.object === kind ? rendered(object) : undefined;
  const stub = deleted.has(id) && factsOf[kind].deletedAnswers === 'stub';
  return stub ? { id, object: kind, deleted: true } : undefined;
}

function missing(path: string): Record<string, unknown> {
  const message = `No such object: ${path}`;
  return { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'id', message } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake' });
  response.end(JSON.stringify(body));
}
