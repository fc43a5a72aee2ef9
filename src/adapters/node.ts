import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

/** The options of the adapter for Node. */
export interface NodeOptions extends AdapterOptions<IncomingMessage> {
  /** The path below which Lockstep's routes are. Default: the option `basePath` of createLockstep. */
  basePath?: string;
}

/**
 * A handler for `http.createServer`, and for any framework that passes Node's `(req, res)` on. A delivery whose body
 * was already read is answered `body_parsed`. Resolves when the answer is written. Never rejects.
 */
export function lockstepNode(
  lockstep: Fetches,
  options: NodeOptions = {},
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const answer = nodeHandler(lockstep, 'hand the request over before anything reads its body');
  return (request, response) =>
    answer(request, response, { basePath: options.basePath, ...identified(options, request) });
}
