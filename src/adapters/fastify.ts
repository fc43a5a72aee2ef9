import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { nodeHandler } from './node.js';

/** What is used of Fastify's request, reply and instance: the package does not depend on Fastify. */
export interface FastifyRequestLike {
  raw: IncomingMessage;
}
export interface FastifyReplyLike {
  raw: ServerResponse;
  hijack(): unknown;
}
export interface FastifyLike<Req extends FastifyRequestLike> {
  readonly prefix: string;
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: Req, payload: IncomingMessage, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown;
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
