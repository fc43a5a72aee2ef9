import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { FetchOptions } from '../lockstep/index.js';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { restoreBody } from './node-body.js';

export interface NodeOptions extends AdapterOptions<IncomingMessage> {
  /** What the path begins with, instead of the option `basePath` of createLockstep. */
  basePath?: string;
}

/**
 * A handler for `http.createServer` and whatever passes Node's `(req, res)` on. The body must not have been read before.
 * Resolves when the answer is written; never rejects.
 */
export function lockstepNode(
  lockstep: Fetches,
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const answer = nodeHandler(lockstep, 'hand the request over before anything reads its body');
  return (request, response) =>
    answer(request, response, { basePath: options.basePath, ...identified(options, request) });
}

/** The same for other adapters: `hint` says how a body that was read too early is mended there. */
export function nodeHandler(
  lockstep: Fetches,
  hint: string,
): (request: IncomingMessage, response: ServerResponse, options: FetchOptions) => Promise<void> {
  return async (incoming, outgoing, options) => {
    const bodyRead = restoreBody(incoming) === 'lost' ? { bodyRead: hint } : {};
    const listener = getRequestListener((request) => lockstep.fetch(request, { ...options, ...bodyRead }), {
      overrideGlobalObjects: false,
    });
    await listener(incoming, outgoing);
  };
}
