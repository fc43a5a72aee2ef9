import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Door, Sender, Use } from '../../src/kernel/door.js';
import { LockstepError, messageOf } from '../../src/kernel/error.js';
import type { Log } from '../../src/kernel/log.js';
import { keyOfHeader } from './api/key.js';
import { isMultipart } from './api/multipart.js';
import type { ApiReply, ApiRequest } from './api/request.js';
import { keyInParameters, ownClient } from './api/request.js';
import { compressed } from './compress.js';
import { control, OF_THE_SERVER } from './control/control.js';
import { isStripeJs, pageFile } from './control/static.js';
import { refuseUpgrade } from './delivery/listeners.js';
import { NAMESPACE_HEADER, prefixOf, withoutPrefix } from './namespaces/name.js';
import type { NamingRequest } from './namespaces/asked.js';
import type { Space, Spaces } from './namespaces/spaces.js';
import { spaceAsked } from './namespaces/spaces.js';
import type { PageAsked } from './pages/pages.js';
import { customerPage } from './pages/pages.js';
import { EVERY_ANSWER } from './pages/policy.js';
import type { PageReply } from './pages/reply.js';
import { signs } from './pages/signs.js';
import { BODY_MAX_BYTES, bodyOf, UPLOAD_MAX_BYTES } from './request-body.js';
import { dateOf, refuse, send, tooLarge } from './send.js';

export interface ServerOptions {
  spaces: Spaces;
  door: Door;
  webDir: string | undefined;
  log: Log;
}

/** What a page of another origin may read, once the door let it in. */
const CORS = {
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': '*, authorization, content-type, idempotency-key, stripe-version, stripe-account',
  'access-control-expose-headers': 'Request-Id, Idempotent-Replayed, Stripe-Version, Date',
  'access-control-max-age': '600',
};

/** The emulator's one HTTP server: the API, its own routes, its pages. */
export function emulatorServer(options: ServerOptions): Server {
  const own = options.spaces.own.parts.state;
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      // A client that hangs up in the middle of its request is not worth a message.
      if (request.destroyed && !request.complete) return;
      options.log.error({ event: 'emulator.request.broken', path: request.url, error: messageOf(error) });
      if (!response.headersSent)
        send(own.clock, response, { status: 500, headers: { 'content-type': 'text/plain' }, body: 'internal error' });
      else response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => upgrade(options, request, socket, head));
  // Until an upgrade handler takes a socket over, nothing listens for its errors, and an error would end the process.
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
  // The Date header comes from our clock, in whole seconds, so that it and `created` tell the same time.
  server.keepAliveTimeout = 65_000;
  return server;
}

function upgrade({ spaces, door }: ServerOptions, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const refused = door.refusal(senderOf(request), 'own');
  if (refused !== undefined) return refuseUpgrade(socket, '403 Forbidden', `${refused.message}; ${refused.hint}\n`);
  const { path, prefix } = withoutPrefix(request.url ?? '/');
  const space = prefix === undefined ? spaces.own : spaces.namespaces.find(prefix);
  if (space === undefined) return refuseUpgrade(socket, '404 Not Found', `the namespace is not open\n`);
  request.url = path;
  space.parts.post.listeners.accept(request, socket, head);
}

/** A request, without its body. */
interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  verb: string;
  /** Without the query, and without the name of a namespace. */
  path: string;
  query: string;
  /** The namespace that its address names. */
  prefix: string | undefined;
  /** Whether a page of another origin asks. */
  isGuest: boolean;
  /** What every answer to it has. */
  shared: Record<string, string>;
}

async function answer(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const { path, prefix } = withoutPrefix(mark === -1 ? url : url.slice(0, mark));
  const verb = request.method ?? 'GET';
  const sender = senderOf(request);
  const { clock } = options.spaces.own.parts.state;
  const refused = options.door.refusal(sender, useOf(path));
  if (refused !== undefined) return refuse(clock, response, { code: 'forbidden', status: 403, ...refused });
  const guest = options.door.guest(sender);
  const shared = guest === undefined ? {} : { ...CORS, 'access-control-allow-origin': guest, vary: 'origin' };
  const query = mark === -1 ? '' : url.slice(mark + 1);
  const incoming = { request, response, verb, path, query, prefix, isGuest: guest !== undefined, shared };
  const isApi = path.startsWith('/v1/') || path.startsWith('/v2/');
  const isControl = path.startsWith('/_emulator/');
  if (verb === 'OPTIONS' && (isApi || isControl))
    return send(clock, response, { status: 204, headers: shared, body: '' });
  try {
    if (isApi) return await answerApi(options, incoming);
    if (isControl) return await answerControl(options, incoming);
    await answerPage(options, incoming);
  } catch (error) {
    if (!(error instanceof LockstepError)) throw error;
    const { code, message, hint = '' } = error;
    refuse(clock, response, { status: code === 'namespace_unknown' ? 404 : 400, code, message, hint });
  }
}

async function answerApi({ spaces }: ServerOptions, incoming: Incoming): Promise<void> {
  const { request, response, verb, path, query, isGuest, shared } = incoming;
  const { headers } = request;
  const upload = path === '/v1/files' && isMultipart(headers['content-type']);
  const maxBytes = upload ? UPLOAD_MAX_BYTES : BODY_MAX_BYTES;
  const body = await bodyOf(request, maxBytes);
  if (body === undefined) return tooLarge(spaces.own.parts.state.clock, response, maxBytes);
  const call = { verb, path, query, body, headers, guest: isGuest };
  const key = keyOfHeader(headers.authorization) ?? keyInParameters(call);
  // An open page of a dropped namespace must not open it again.
  const opens = ownClient(headers) !== 'dashboard';
  const space = spaceAsked(spaces, { ...namedBy(incoming), key }, opens);
  const { api, state } = space.parts;
  const began = state.clock.now().getTime();
  const reply = await api.handle(call);
  log(space, call, began, reply);
  if (reply.cut === true) return void request.socket.destroy();
  const sent = { ...reply, headers: { ...shared, ...reply.headers } };
  // An app on this machine reads faster than it decompresses.
  send(state.clock, response, opens ? sent : compressed(sent, headers['accept-encoding']));
}

async function answerControl({ spaces }: ServerOptions, incoming: Incoming): Promise<void> {
  const { request, response, verb, path, query, shared } = incoming;
  const key = keyOfHeader(request.headers.authorization);
  const asked = { ...namedBy(incoming), key };
  const isOfServer = OF_THE_SERVER.includes(path);
  const { control: options, parts } = isOfServer ? spaces.own : spaceAsked(spaces, asked, verb === 'POST');
  const { clock } = parts.state;
  if (verb === 'GET' && path === '/_emulator/stream') {
    if (parts.stream.add(response, { ...EVERY_ANSWER, date: dateOf(clock) })) return;
    return send(clock, response, { status: 503, headers: {}, body: '' });
  }
  const body = await bodyOf(request);
  if (body === undefined) return tooLarge(clock, response);
  const reply = await control(options, { verb, path, query, body });
  const headers = { ...shared, 'content-type': 'application/json' };
  const sent = { status: reply.status, headers, body: JSON.stringify(reply.body) };
  send(clock, response, compressed(sent, request.headers['accept-encoding']));
}

/** The namespace that a request names, apart from its key. */
const namedBy = ({ prefix, request: { headers } }: Incoming): Omit<NamingRequest, 'key'> => ({
  prefix,
  header: one(headers[NAMESPACE_HEADER]) ?? undefined,
});

function senderOf({ headers, method = 'GET' }: IncomingMessage): Sender {
  return {
    host: headers.host,
    origin: headers.origin,
    site: one(headers['sec-fetch-site']) ?? undefined,
    mode: one(headers['sec-fetch-mode']) ?? undefined,
    dest: one(headers['sec-fetch-dest']) ?? undefined,
    method,
  };
}

/** Who may use which address: keys, clock and faults are no other page's business. */
function useOf(path: string): Use {
  if (path.startsWith('/v1/') || path.startsWith('/v2/') || path.startsWith('/_emulator/three_d_secure/'))
    return 'shared';
  if (path.startsWith('/_emulator/')) return 'own';
  if (isStripeJs(path)) return 'script';
  return path.startsWith('/3d_secure/') ? 'framed' : 'page';
}

/** What the dashboard reads to show itself is nothing that anybody looks for in a log. */
function log({ parts }: Space, call: ApiRequest, at: number, reply: ApiReply): void {
  const { post, requests, stream, state } = parts;
  const { verb, path, headers } = call;
  const dashboard = ownClient(headers) === 'dashboard';
  if (dashboard && verb === 'GET') return;
  const { status } = reply;
  const id = reply.headers['request-id'] ?? '';
  const error = status < 400 ? null : (JSON.parse(reply.body) as { error: Record<string, unknown> }).error;
  post.listeners.log({ id, at, verb, path, status, error });
  requests.add({
    id,
    at,
    ms: state.clock.now().getTime() - at,
    verb,
    path,
    status,
    dashboard,
    error: typeof error?.['message'] === 'string' ? error['message'] : null,
    fault: reply.fault ?? null,
    account: one(headers['stripe-account']),
    idempotency_key: one(headers['idempotency-key']),
    sent: [call.query, isMultipart(headers['content-type']) ? '' : call.body].filter((text) => text !== '').join('&'),
    answer: reply.body,
  });
  stream.send('request', { id, at, verb, path, status });
}

const one = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

/** The pages that customers are sent to, the dashboard, and Stripe.js. */
async function answerPage({ spaces, webDir }: ServerOptions, incoming: Incoming): Promise<void> {
  const { request, response, verb, path, prefix } = incoming;
  const space = prefix === undefined ? spaces.own : spaces.namespaces.find(prefix);
  const { clock } = (space ?? spaces.own).parts.state;
  const body = verb === 'POST' ? await bodyOf(request) : '';
  const customer = space === undefined || body === undefined ? undefined : pageOf(space, { verb, path, body });
  const reply =
    customer === undefined ? await pageFile(webDir, { verb, path }, space !== undefined) : within(prefix, customer);
  send(clock, response, compressed(reply, request.headers['accept-encoding']));
}

const pageOf = ({ parts: { api, faults, state } }: Space, asked: PageAsked): PageReply | undefined =>
  customerPage(api, asked, signs(faults.get(), state.clock));

/** A page that leads to another one of this server stays in its namespace. */
function within(prefix: string | undefined, reply: PageReply): PageReply {
  const { location } = reply.headers;
  if (prefix === undefined || location?.startsWith('/') !== true) return reply;
  return { ...reply, headers: { ...reply.headers, location: `${prefixOf(prefix)}${location}` } };
}
