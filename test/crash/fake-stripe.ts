import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Random } from './random.js';
import type { Json, TrueObject, Truth } from './truth.js';

/** An event as it is delivered, again and again until it is acknowledged. */
export interface FakeEvent {
  id: string;
  body: string;
}

/** A Stripe with a store of its own, whose objects are made, changed and deleted while it is read. */
export interface FakeStripe {
  readonly url: string;
  /** Changes something; the event that reports it. */
  change(): FakeEvent;
  truth(): Truth;
  readonly reads: number;
  stop(): Promise<void>;
}

type Type = TrueObject['type'];
interface Stored extends TrueObject {
  children: Json[];
}

/** A row for each type: where it is read, what its events are called, which list it owns, what deleting it means. */
const types: Readonly<Record<Type, TypeRow>> = {
  customer: { path: '/v1/customers', events: 'customer', list: null, deletion: 'stub' },
  subscription: { path: '/v1/subscriptions', events: 'customer.subscription', list: 'items', deletion: 'status' },
  invoice: { path: '/v1/invoices', events: 'invoice', list: 'lines', deletion: 'missing' },
  coupon: { path: '/v1/coupons', events: 'coupon', list: null, deletion: 'missing' },
};
interface TypeRow {
  path: string;
  events: string;
  list: 'items' | 'lines' | null;
  /** After it, a GET answers a stub (`deleted: true`), 404, or the object with another status: it lives on. */
  deletion: 'stub' | 'missing' | 'status';
}

const ACCOUNT = 'acct_crash';
const SHOWN = 10; // of a list inside an object, as at Stripe
const LIVE = 250; // beyond so many living objects of a type few new ones are made
const CHILDREN_MAX = 25;
const DELETED_EVERY = 10;
const DELAY_MAX_MS = 12;
const OLD_VERSION = '2020-08-27';

export async function startFakeStripe(random: Random): Promise<FakeStripe> {
  const store = new Map<string, Stored>();
  let drawn = 0;
  let changes = 0;
  let reads = 0;

  const make = (type: Type): FakeEvent => {
    const id = `${type.slice(0, 3)}_${(drawn += 1)}`;
    const children =
      types[type].list === null ? [] : Array.from({ length: random.between(1, CHILDREN_MAX) }, () => child(type, id));
    const object = {
      id,
      object: type,
      created: now(),
      livemode: false,
      metadata: { revision: '0' },
      ...fieldsOf(type, { id, customer: someCustomer() }),
    };
    const stored: Stored = { type, id, gone: false, object, children };
    store.set(id, stored);
    return event(stored, 'created', undefined);
  };

  /** Deleted ones too: what names a customer goes on naming it. */
  const someCustomer = (): string | null => {
    const customers = [...store.values()].filter(({ type }) => type === 'customer');
    return customers.length === 0 ? null : random.pick(customers).id;
  };

  const child = (type: Type, parent: string): Json => {
    const id = `${type === 'invoice' ? 'il' : 'si'}_${(drawn += 1)}`;
    const shared = { id, quantity: random.between(1, 99), metadata: {}, livemode: false };
    if (type === 'invoice')
      return { ...shared, object: 'line_item', invoice: parent, amount: random.between(1, 10_000) };
    return { ...shared, object: 'subscription_item', subscription: parent, created: now() };
  };

  const update = (stored: Stored): FakeEvent => {
    const { object, type, id } = stored;
    const before = rendered(stored);
    const revision = String(Number((object['metadata'] as Json)['revision']) + 1);
    stored.object = { ...object, metadata: { revision } };
    const list = types[type].list;
    const previous: Json = { metadata: object['metadata'] };
    if (list !== null && random.chance(0.6)) {
      previous[list] = before[list];
      stored.children = changedChildren(stored.children, () => child(type, id));
    }
    return event(stored, 'updated', previous);
  };

  const changedChildren = (children: readonly Json[], another: () => Json): Json[] => {
    const kept = children.filter(() => random.chance(0.85));
    const changed = kept.map((one) => (random.chance(0.2) ? { ...one, quantity: random.between(100, 999) } : one));
    const room = CHILDREN_MAX - changed.length;
    return [
      ...changed,
      ...Array.from({ length: random.between(kept.length === 0 ? 1 : 0, Math.min(room, 6)) }, another),
    ];
  };

  const remove = (stored: Stored): FakeEvent => {
    if (types[stored.type].deletion === 'status') {
      const previous = { status: stored.object['status'] };
      stored.object = { ...stored.object, status: 'canceled', canceled_at: now() };
      return event(stored, 'deleted', previous);
    }
    const last = event(stored, 'deleted', undefined);
    stored.gone = true;
    return last;
  };

  const event = (stored: Stored, what: string, previous: Json | undefined): FakeEvent => {
    const id = `evt_${(drawn += 1)}`;
    const body = JSON.stringify({
      id,
      object: 'event',
      type: `${types[stored.type].events}.${what}`,
      created: now(),
      api_version: random.chance(0.85) ? Stripe.API_VERSION : OLD_VERSION,
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      data: { object: rendered(stored), ...(previous === undefined ? {} : { previous_attributes: previous }) },
    });
    return { id, body };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    reads += 1;
    const url = new URL(request.url ?? '/', 'http://stripe');
    const delay = random.between(0, DELAY_MAX_MS);
    const [status, body] = answerTo(store, url); // as it is when the request comes, however late the answer leaves
    await pause(delay);
    response.writeHead(status, { 'content-type': 'application/json', 'request-id': `req_${reads}` });
    response.end(JSON.stringify(body));
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    change() {
      changes += 1;
      // However short a load is, something is deleted in it.
      const deletable = changes % DELETED_EVERY === 0 ? [...store.values()].find(canBeGone) : undefined;
      if (deletable !== undefined) return remove(deletable);
      const type = random.pick(Object.keys(types) as Type[]);
      const living = [...store.values()].filter((one) => one.type === type && !isOver(one));
      if (living.length < 3 || random.chance(living.length < LIVE ? 0.4 : 0.1)) return make(type);
      const one = random.pick(living);
      return random.chance(0.2) ? remove(one) : update(one);
    },
    truth: () => structuredClone({ account: ACCOUNT, objects: [...store.values()] }),
    get reads() {
      return reads;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function canBeGone({ gone, type }: Stored): boolean {
  return !gone && types[type].deletion !== 'status';
}

function isOver({ gone, object }: Stored): boolean {
  return gone || object['status'] === 'canceled';
}

function fieldsOf(type: Type, { id, customer }: { id: string; customer: string | null }): Json {
  switch (type) {
    case 'customer':
      return { name: `Name of ${id}`, email: `${id}@example.com`, description: null };
    case 'subscription':
      return { customer, status: 'active', canceled_at: null };
    case 'invoice':
      return {
        customer,
        status: 'draft',
        confirmation_secret: { type: 'payment_intent', client_secret: `pi_of_${id}_secret` },
      };
    case 'coupon':
      return { name: `Name of ${id}`, percent_off: 12.5, duration: 'once' };
    default:
      return type satisfies never;
  }
}

/** As Stripe shows it in an event or a GET: ten of its children. */
function rendered(stored: Stored): Json {
  const { list } = types[stored.type];
  if (list === null) return stored.object;
  return { ...stored.object, [list]: page(stored.children, childrenPath(stored), SHOWN) };
}

function childrenPath({ type, id }: Stored): string {
  return type === 'invoice' ? `/v1/invoices/${id}/lines` : `/v1/subscription_items?subscription=${id}`;
}

function page(all: readonly Json[], url: string, limit: number, after: string | null = null): Json {
  const from = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  return { object: 'list', data: all.slice(from, from + limit), has_more: all.length > from + limit, url };
}

function answerTo(store: ReadonlyMap<string, Stored>, url: URL): [number, Json] {
  const { pathname, searchParams } = url;
  if (pathname === '/v1/account') return [200, { id: ACCOUNT, object: 'account' }];
  const listed = (all: readonly Json[]): [number, Json] => [
    200,
    page(all, pathname, Number(searchParams.get('limit') ?? SHOWN), searchParams.get('starting_after')),
  ];
  if (pathname === '/v1/subscription_items') return listed(childrenOf(store, searchParams.get('subscription') ?? ''));
  const [, , , id = '', below] = pathname.split('/');
  if (below === 'lines') return listed(childrenOf(store, id));
  if (below !== undefined) return listed([]); // a customer's balance transactions
  if (id === '') return topList(store, pathname, listed);
  const stored = store.get(id);
  if (stored === undefined || !pathname.startsWith(`${types[stored.type].path}/`)) return missing(pathname);
  if (!stored.gone) return [200, rendered(stored)];
  return types[stored.type].deletion === 'stub' ? [200, { id, object: stored.type, deleted: true }] : missing(pathname);
}

function childrenOf(store: ReadonlyMap<string, Stored>, id: string): readonly Json[] {
  const stored = store.get(id);
  return stored === undefined || stored.gone ? [] : stored.children;
}

// Customers alone can be listed: what arrives of the other types came by an event and its proof, and not by a sweep that
// healed what was lost.
function topList(
  store: ReadonlyMap<string, Stored>,
  path: string,
  listed: (all: Json[]) => [number, Json],
): [number, Json] {
  if (path === '/v1/subscriptions')
    return [500, { error: { type: 'api_error', message: 'no list of subscriptions today' } }];
  const members = [...store.values()].filter(({ type, gone }) => types[type].path === path && !gone);
  return listed(members.reverse().map(rendered));
}

function missing(path: string): [number, Json] {
  const message = `No such object: ${path}`;
  return [404, { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'id', message } }];
}

const now = (): number => Math.floor(Date.now() / 1_000);
