import { kinds, type Json, type Kind } from './kinds.js';
import { standing, standingAt, type Thing } from './store.js';

export interface Answer {
  status: number;
  body: Json;
}

/** An event as `/v1/events` lists it. */
export interface Listed {
  event: Json;
  /** From then on. The list is eventually consistent. */
  visibleAt: number;
}

export interface Asked {
  things: ReadonlyMap<string, Thing>;
  events: readonly Listed[];
  account: string;
  now: number;
  /** The moment that a list of objects shows. */
  listedAt: number;
  /** Members on one page at most, whatever is asked for. */
  pageMost: number;
  /** The status for a cursor that no longer exists. */
  cursorStatus: 400 | 404;
}

/** What a GET answers, by what stands at this very moment. */
export function answer(url: URL, asked: Asked): Answer {
  const path = url.pathname;
  if (path === '/v1/account') return { status: 200, body: { id: asked.account, object: 'account' } };
  if (path === '/v1/events') return listEvents(url, asked);
  if (path === '/v1/subscription_items') {
    return listChildren(url, asked, url.searchParams.get('subscription') ?? '', 'subscription');
  }
  const lines = /^\/v1\/invoices\/(\w+)\/lines$/.exec(path);
  if (lines !== null) return listChildren(url, asked, lines[1] as string, 'invoice');
  for (const [type, kind] of Object.entries(kinds)) {
    if (kind.path === null) continue;
    if (path === kind.path) return listThings(url, asked, type);
    if (path.startsWith(`${kind.path}/`)) return readThing(asked, type, path.slice(kind.path.length + 1));
  }
  return {
    status: 404,
    body: { error: { type: 'invalid_request_error', message: `Unrecognized request URL ${path}` } },
  };
}

/** As payloads and reads carry it: the owned list cut off at ten. */
export function render(type: string, object: Json): Json {
  const { list } = kinds[type] as Kind;
  if (list === null) return { ...object };
  const members = object[list.field] as Json[];
  const shown = {
    object: 'list',
    data: members.slice(0, 10),
    has_more: members.length > 10,
    url: list.path(object['id'] as string),
  };
  return { ...object, [list.field]: shown };
}

function readThing({ things }: Asked, type: string, id: string): Answer {
  const thing = things.get(id);
  const object = thing && standing(thing);
  if (thing === undefined || (object === null && kinds[type]?.gone !== 'stub')) return missing(type, id, 404, 'id');
  if (object === null || object === undefined) return { status: 200, body: { id, object: type, deleted: true } };
  return { status: 200, body: render(type, object) };
}

function listThings(url: URL, asked: Asked, type: string): Answer {
  const until = Number(url.searchParams.get('created[lte]') ?? Infinity);
  const all = [...asked.things.values()]
    .map((thing) => ({ thing, object: standingAt(thing, asked.listedAt) }))
    .filter(({ thing, object }) => thing.type === type && object !== null && (object['created'] as number) <= until)
    .filter(({ object }) => url.searchParams.get('status') === 'all' || object?.['status'] !== 'canceled')
    .sort((a, b) => b.thing.order - a.thing.order)
    .map(({ object }) => render(type, object as Json));
  return page(url, asked, all, type);
}

function listChildren(url: URL, asked: Asked, id: string, type: string): Answer {
  const thing = asked.things.get(id);
  const object = thing && standing(thing);
  const { list } = kinds[type] as Kind;
  if (object === null || object === undefined || list === null) return missing(type, id, 404, type);
  return page(url, asked, object[list.field] as Json[], list.type);
}

function listEvents(url: URL, asked: Asked): Answer {
  const since = Number(url.searchParams.get('created[gte]') ?? 0);
  const visible = asked.events
    .filter(({ visibleAt, event }) => visibleAt <= asked.now && (event['created'] as number) >= since)
    .map(({ event }) => event)
    .sort((a, b) => (b['created'] as number) - (a['created'] as number));
  return page(url, asked, visible, 'event');
}

function page(url: URL, { pageMost, cursorStatus }: Asked, all: Json[], type: string): Answer {
  const after = url.searchParams.get('starting_after');
  const index = after === null ? -1 : all.findIndex((member) => member['id'] === after);
  if (after !== null && index === -1) return missing(type, after, cursorStatus, 'starting_after');
  const limit = Math.min(pageMost, Number(url.searchParams.get('limit') ?? 10));
  const data = all.slice(index + 1, index + 1 + limit);
  return {
    status: 200,
    body: { object: 'list', url: url.pathname, data, has_more: all.length > index + 1 + limit },
  };
}

function missing(type: string, id: string, status: number, param: string): Answer {
  const message = `No such ${type}: '${id}'`;
  return { status, body: { error: { type: 'invalid_request_error', code: 'resource_missing', param, message } } };
}
