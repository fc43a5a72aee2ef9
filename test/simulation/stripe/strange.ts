import type { Random } from '../random.js';
import type { Timeline } from '../timeline.js';
import type { Json } from './kinds.js';

/** An answer on its way. */
export interface Sent {
  status: number;
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

export interface StrangeOptions {
  random: Random;
  timeline: Timeline;
  /** The right answer. */
  status: number;
  date: string;
  body: Json;
  /** It is the answer to a POST that may have made something. */
  isNew: boolean;
}

export function response(status: number, date: string, text: string, type = 'application/json'): Sent {
  return { status, headers: headersAt(date, type), body: pieces([Buffer.from(text)]) };
}

/** What comes instead of the right answer, or in its shape, from whatever stands before Stripe. None of it is a proof. */
export function strange(options: StrangeOptions): Sent {
  return options.random.pick(ways)(options);
}

type Way = (options: StrangeOptions) => Sent;

const DRIPS_EVERY_MS = 1_000;
const DRIPS = 120;

const ways: readonly Way[] = [
  ({ date }) => response(502, date, '<html>Bad Gateway</html>', 'text/html'),
  ({ date }) => response(200, date, '<html>Sign in to this network</html>', 'text/html'),
  ({ date, random }) => response(random.pick([500, 502, 503, 504]), date, '{"message":"Service Unavailable"}'),
  ({ date, random }) => response(random.pick([401, 403, 404, 407, 410]), date, '{"message":"no route"}'),
  ({ date }) => response(404, date, '{"error":{"code":"resource_missing"}}'),
  ({ date, random }) => response(random.pick([301, 302, 307]), date, '{"object":"customer"}'),
  ({ date, random }) => response(200, date, random.pick(['null', '7', 'true', '"x"', '[]', '{}', ''])),
  ({ date }) => response(200, date, '{"object":"list","data":[]}'),
  ({ date }) => response(200, date, '{"error":{"type":"api_error","message":"with status 200"}}'),
  ({ date, body }) => response(203, date, JSON.stringify({ ...body, name: 'of a cache' })),
  // Of what a POST has made, nobody can know the id beforehand.
  ({ date, body, isNew }) => response(200, date, JSON.stringify(isNew ? {} : changed(body, { id: 'of_another' }))),
  ({ date, body }) => response(200, date, JSON.stringify(changed(body, { object: 'of_another_type' }))),
  ({ date, body }) => response(200, date, JSON.stringify(changed(body, { livemode: true }))),
  ({ date, body }) =>
    response(200, date, JSON.stringify(isList(body) ? { ...body, has_more: true, data: [] } : [body])),
  ({ date, timeline }) => ({ status: 200, headers: headersAt(date, 'application/json'), body: drip(timeline) }),
];

/**
 * Overwrites fields of an answer, so that it is about another object. In a list, only the first member changes. An account
 * has no mode, so its type changes as well.
 */
function changed(body: Json, fields: Json): Json {
  if (isList(body)) {
    const [first, ...more] = body['data'] as Json[];
    // Its members are told apart by their type alone where nobody asked for one of them.
    const members = first === undefined ? [null] : [{ ...first, ...fields, object: 'of_another_type' }, ...more];
    return { ...body, data: members };
  }
  return { ...body, object: body['livemode'] === undefined ? 'of_another_type' : body['object'], ...fields };
}

function isList(body: Json): boolean {
  return body['object'] === 'list' && Array.isArray(body['data']);
}

async function* pieces(bytes: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of bytes) yield await Promise.resolve(piece);
}

async function* drip(timeline: Timeline): AsyncGenerator<Uint8Array> {
  for (let drops = 0; drops < DRIPS; drops += 1) {
    await timeline.sleep(DRIPS_EVERY_MS);
    yield Buffer.from(' ');
  }
}

function headersAt(date: string, type: string): Record<string, string> {
  return { date, 'content-type': type, 'request-id': 'req_simulated' };
}
