import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { FetchOptions } from '../app/index.js';
import type { Fetches } from './handler.js';
import { restoreBody } from './node-body.js';

/** The handler behind every adapter on Node's `(req, res)`. `hint` says how to fix a body that was read too early. */
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
