import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** What the adapter for Node can be told. */
export interface NodeOptions extends AdapterOptions<IncomingMessage> {
  /** What the path begins with. Default: the option `basePath` of createLockstep. */
  basePath?: string;
}

/**
 * A handler for `http.createServer` and whatever passes Node's `(req, res)` on. The body must not have been read before:
 * a delivery that was is answered `body_parsed`. Resolves when the answer is written; never rejects.
 */
export function lockstepNode(
  lockstep: Fetches,
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const answer = nodeHandler(lockstep, 'hand the request over before anything reads its body');
  return (request, response) =>
    answer(request, response, { basePath: options.basePath, ...identified(options, request) });
}
