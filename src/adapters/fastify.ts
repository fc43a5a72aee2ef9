import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What is used of Fastify's request. */
export interface FastifyRequestLike {
  /** Node's own request. */
  raw: IncomingMessage;
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

const HINT = 'a preParsing hook reads the body: leave the paths of Lockstep out of it';

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
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.all('/*', async (request, reply) => {
      reply.hijack();
      await answer(request.raw, reply.raw, { basePath: app.prefix, ...identified(options, request) });
    });
  };
}
