import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import type { MaybeRead } from './node-body.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What is used of Fastify's request. */
export interface FastifyRequestLike {
  /** Node's own request. */
  raw: IncomingMessage;
  /** What a plugin that reads bodies early has kept, such as fastify-raw-body. Default: nothing is kept. */
  rawBody?: unknown;
}

/** What is used of Fastify's reply. */
export interface FastifyReplyLike {
  /** Node's own response. */
  raw: ServerResponse;
  /** Tells Fastify that somebody else answers. */
  hijack(): unknown;
}

/** What is used of a Fastify instance. */
export interface FastifyLike<Req extends FastifyRequestLike> {
  /** What it was registered under. */
  readonly prefix: string;
  /** Of this instance alone, not of the app around it. */
  removeAllContentTypeParsers(): unknown;
  /** Called with one that leaves the body alone. */
  addContentTypeParser(
    type: string,
    parser: (request: Req, payload: IncomingMessage, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  /** Called once, for every path below the prefix. */
  all(path: string, handler: (request: Req, reply: FastifyReplyLike) => Promise<void>): unknown;
}

const HINT =
  'a preParsing hook reads the body: leave the paths of Lockstep out of it, or let it keep the bytes as rawBody';
/** More than any delivery: what is larger is refused by Lockstep's own limit. */
const KEPT_MAX_BYTES = 16 * 1_048_576;

/**
 * A plugin for Fastify 4 and 5: `app.register(lockstepFastify(lockstep), { prefix: '/billing' })`. The prefix is the base
 * path. Below it, and only there, bodies are left unparsed.
 */
export function lockstepFastify<Req extends FastifyRequestLike = FastifyRequestLike>(
  lockstep: Fetches,
  options: AdapterOptions<Req> = {},
): (app: FastifyLike<Req>) => Promise<void> {
  const answer = nodeHandler(lockstep, HINT);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (request, payload, done) => {
      // Untouched, the body is left to be streamed. Where a hook reads it too, or has replaced it, it is read here beside it.
      if (payload === request.raw && payload.listenerCount('data') === 0 && !payload.readableDidRead) return done(null);
      keepBytes(request.raw, payload, done);
    });
    app.all('/*', async (request, reply) => {
      reply.hijack();
      const raw = request.raw as IncomingMessage & MaybeRead;
      raw.rawBody ??= request.rawBody;
      await answer(request.raw, reply.raw, { basePath: app.prefix, ...identified(options, request) });
    });
  };
}

function keepBytes(
  raw: IncomingMessage & MaybeRead,
  payload: IncomingMessage,
  done: (error: Error | null, body?: unknown) => void,
): void {
  if (payload.readableEnded || payload.destroyed) return done(null); // read before: there may be a rawBody
  const chunks: Buffer[] = [];
  let size = 0;
  payload.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= KEPT_MAX_BYTES) chunks.push(chunk);
  });
  payload.once('error', done);
  payload.once('end', () => {
    if (size <= KEPT_MAX_BYTES) raw.rawBody = Buffer.concat(chunks, size);
    done(null);
  });
}
