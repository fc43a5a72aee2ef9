import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Clock } from '../../src/kernel/clock.js';
import type { Door, Refusal, Sender, Use } from '../../src/kernel/door.js';
import { messageOf } from '../../src/kernel/error.js';
import { listenFailure } from '../../src/kernel/listen-failure.js';
import type { Log } from '../../src/kernel/log.js';
import type { Api } from './api/api.js';
import { isMultipart } from './api/multipart.js';
import type { ApiReply, ApiRequest } from './api/request.js';
import { ownClient } from './api/request.js';
import type { ControlOptions } from './control/control.js';
import { control } from './control/control.js';
import { isStripeJs, pageAsset } from './control/static.js';
import type { Listeners } from './delivery/listeners.js';
import { refuseUpgrade } from './delivery/listeners.js';
import type { PageReply } from './pages/reply.js';
import { customerPage } from './pages/pages.js';
import { STYLE, STYLE_PATH } from './pages/html.js';
import { DASHBOARD_POLICY, DATA_POLICY, EVERY_ANSWER } from './pages/policy.js';
import type { Stream } from './control/stream.js';

export interface ServerOptions {
  api: Api;
  control: ControlOptions;
  stream: Stream;
  listeners: Listeners;
  door: Door;
  webDir: string | undefined;
  clock: Clock;
  log: Log;
}

const BODY_MAX_BYTES = 1024 * 1024;
/** The largest file that Stripe takes (https://docs.stripe.com/file-upload), and the form around it. */
const UPLOAD_MAX_BYTES = 16 * 1024 * 1024 + 64 * 1024;

/** What a page of another origin may read, once the door let it in. */
const CORS = {
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers': '*, authorization, content-type, idempotency-key, stripe-version, stripe-account',
  'access-control-expose-headers': 'Request-Id, Idempotent-Replayed, Stripe-Version, Date',
  'access-control-max-age': '600',
};

/** The emulator's one HTTP server: the API, its own routes, its pages. */
export function emulatorServer(options: ServerOptions): Server {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      // A client that hangs up in the middle of its request is not worth a message.
      if (request.destroyed && !request.complete) return;
      options.log.error({ event: 'emulator.request.broken', path: request.url, error: messageOf(error) });
      if (!response.headersSent)
        send(options, response, { status: 500, headers: { 'content-type': 'text/plain' }, body: 'internal error' });
      else response.destroy();
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const refused = options.door.refusal(senderOf(request), 'own');
    if (refused === undefined) options.listeners.accept(request, socket, head);
    else refuseUpgrade(socket, '403 Forbidden', `${refused.message}; ${refused.hint}\n`);
  });
  // Until an upgrade handler takes a socket over, nothing listens for its errors, and an error would end the process.
  server.on('connection', (socket) => socket.on('error', () => socket.destroy()));
  // The Date header comes from our clock, in whole seconds, so that it and `created` tell the same time.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  const query = mark === -1 ? '' : url.slice(mark + 1);
  const verb = request.method ?? 'GET';
  const isApi = path.startsWith('/v1/') || path.startsWith('/v2/');
  const sender = senderOf(request);
  const refused = options.door.refusal(sender, useOf(path));
  if (refused !== undefined) return refuse(options, response, refused);
  const guest = options.door.guest(sender);
  const shared = guest === undefined ? {} : { ...CORS, 'access-control-allow-origin': guest, vary: 'origin' };
  if (verb === 'OPTIONS' && (isApi || path.startsWith('/_emulator/')))
    return send(options, response, { status: 204, headers: shared, body: '' });
  if (isApi) {
    const upload = path === '/v1/files' && isMultipart(request.headers['content-type']);
    const maxBytes = upload ? UPLOAD_MAX_BYTES : BODY_MAX_BYTES;
    const body = await bodyOf(request, maxBytes);
    if (body === undefined) return tooLarge(options, response, maxBytes);
    const call = { verb, path, query, body, headers: request.headers, guest: guest !== undefined };
    const began = options.clock.now().getTime();
    const reply = await options.api.handle(call);
    log(options, call, began, reply);
    if (reply.cut === true) return void request.socket.destroy();
    return send(options, response, { ...reply, headers: { ...shared, ...reply.headers } });
  }
  if (verb === 'GET' && path === '/_emulator/stream') {
    if (!options.stream.add(response, { ...EVERY_ANSWER, date: dateOf(options.clock) })) {
      send(options, response, { status: 503, headers: {}, body: '' });
    }
    return;
  }
  if (path.startsWith('/_emulator/')) {
    const body = await bodyOf(request);
    if (body === undefined) return tooLarge(options, response);
    const reply = await control(options.control, { verb, path, query, body });
    const headers = { ...shared, 'content-type': 'application/json' };
    return send(options, response, { status: reply.status, headers, body: JSON.stringify(reply.body) });
  }
  const customer = await customers(options, verb, path, request);
  if (customer !== undefined) return send(options, response, customer);
  await page(options, verb, path, response);
}

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

/** In Stripe's shape, so that the SDKs show the message. */
function refuse(options: ServerOptions, response: ServerResponse, { message, hint }: Refusal): void {
  const error = { type: 'invalid_request_error', code: 'forbidden', message: `${message}; ${hint}`, hint };
  const headers = { 'content-type': 'application/json', connection: 'close' };
  send(options, response, { status: 403, headers, body: JSON.stringify({ error }) });
}

/** What the dashboard reads to show itself is nothing that anybody looks for in a log. */
function log(
  { listeners, control, stream, clock }: ServerOptions,
  call: ApiRequest,
  at: number,
  reply: ApiReply,
): void {
  const { verb, path, headers } = call;
  const dashboard = ownClient(headers) === 'dashboard';
  if (dashboard && verb === 'GET') return;
  const { status } = reply;
  const id = reply.headers['request-id'] ?? '';
  const error = status < 400 ? null : (JSON.parse(reply.body) as { error: Record<string, unknown> }).error;
  listeners.log({ id, at, verb, path, status, error });
  control.requests.add({
    ...{ id, at, ms: clock.now().getTime() - at, verb, path, status, dashboard },
    error: typeof error?.['message'] === 'string' ? error['message'] : null,
    account: one(headers['stripe-account']),
    idempotency_key: one(headers['idempotency-key']),
    sent: [call.query, isMultipart(headers['content-type']) ? '' : call.body].filter((text) => text !== '').join('&'),
    answer: reply.body,
  });
  stream.send('request', { id, at, verb, path, status });
}

const one = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

/** The pages that customers are sent to. */
async function customers(
  options: ServerOptions,
  verb: string,
  path: string,
  request: IncomingMessage,
): Promise<PageReply | undefined> {
  const body = verb === 'POST' ? await bodyOf(request) : '';
  return body === undefined ? undefined : customerPage(options.api, verb, path, body);
}

async function page(options: ServerOptions, verb: string, path: string, response: ServerResponse): Promise<void> {
  const readable = verb === 'GET' || verb === 'HEAD';
  if (readable && path === STYLE_PATH) {
    const headers = { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' };
    return send(options, response, { status: 200, headers, body: verb === 'HEAD' ? '' : STYLE });
  }
  const asset = options.webDir === undefined || !readable ? undefined : await pageAsset(options.webDir, path);
  if (asset === undefined) {
    return send(options, response, {
      status: 404,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'The local emulator has nothing here.\n',
    });
  }
  const headers = {
    'content-type': asset.type,
    'cache-control': path.startsWith('/assets/') ? 'public, max-age=3600' : 'no-cache',
    ...(asset.type.startsWith('text/html') ? DASHBOARD_POLICY : {}),
    ...(isStripeJs(path) ? { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' } : {}),
  };
  send(options, response, { status: 200, headers, body: verb === 'HEAD' ? '' : asset.body });
}

interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

function send(options: ServerOptions, response: ServerResponse, { status, headers, body }: Reply): void {
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  response.writeHead(status, {
    ...EVERY_ANSWER,
    ...(isPage || status === 303 ? {} : DATA_POLICY),
    ...headers,
    date: dateOf(options.clock),
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

function tooLarge(options: ServerOptions, response: ServerResponse, maxBytes = BODY_MAX_BYTES): void {
  const body = JSON.stringify({
    error: { message: `Request bodies may be at most ${maxBytes} bytes.`, type: 'invalid_request_error' },
  });
  const headers = { 'content-type': 'application/json', connection: 'close' };
  send(options, response, { status: 413, headers, body });
}

const dateOf = (clock: Clock): string => clock.now().toUTCString();

/** The whole body, or undefined as soon as it is too long. */
function bodyOf(request: IncomingMessage, maxBytes = BODY_MAX_BYTES): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.removeAllListeners('data');
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    const encoding = isMultipart(request.headers['content-type']) ? 'latin1' : 'utf8';
    request.on('end', () => resolve(Buffer.concat(chunks).toString(encoding)));
    request.on('error', reject);
  });
}

/** @throws `port_taken`, `option_invalid`. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: Error) =>
      reject(listenFailure(error, host, port, '--port (of the demo: --emulator-port)')),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
