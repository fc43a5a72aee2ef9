import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import type { MaybeRead } from './node-body.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** The parts of Fastify's request that the adapter uses. */
export interface FastifyRequestLike {
  /** Node's own request. */
  raw: IncomingMessage;
  /** The raw body, if a plugin such as fastify-raw-body keeps it. Default: none. */
  rawBody?: unknown;
}

/** The parts of Fastify's reply that the adapter uses. */
export interface FastifyReplyLike {
  /** Node's own response. */
  raw: ServerResponse;
  /** Tells Fastify that it must not answer. */
  hijack(): unknown;
}

/** The parts of a Fastify instance that the adapter uses. */
export interface FastifyLike<Req extends FastifyRequestLike> {
  /** The path prefix that the plugin was registered with. */
  readonly prefix: string;
  /** Affects only this instance, not the app around it. */
  removeAllContentTypeParsers(): unknown;
  /** The adapter adds a parser that leaves the body unread. */
  addContentTypeParser(
    type: string,
    parser: (request: Req, payload: IncomingMessage, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
  /** The adapter adds one route, for every path below the prefix. */
  all(path: string, handler: (request: Req, reply: FastifyReplyLike) => Promise<void>): unknown;
}

const HINT =
  'a preParsing hook reads the body: leave the paths of Lockstep out of it, or let it keep the bytes as rawBody';
/** Above the size of any delivery. Lockstep's own limit, which is lower, decides. */
const KEPT_MAX_BYTES = 16 * 1_048_576;

/**
 * A plugin for Fastify 4 and 5: `app.register(lockstepFastify(lockstep), { prefix: '/billing' })`. The prefix is the
 * base path. Only bodies of requests below it stay unparsed.
 */
export function lockstepFastify<Req extends FastifyRequestLike = FastifyRequestLike>(
  lockstep: Fetches,
  options: AdapterOptions<Req> = {},
): (app: FastifyLike<Req>) => Promise<void> {
  const answer = nodeHandler(lockstep, HINT);
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (request, payload, done) => {
      // If nothing else reads the body, it is streamed. If a hook reads or replaced it, it is collected here.
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
