import type { IncomingMessage, ServerResponse } from 'node:http';
import { identified, type AdapterOptions, type Fetches } from './handler.js';
import { nodeHandler } from './node-handler.js';

export type { AdapterOptions, Fetches } from './handler.js';

const HINT =
  "mount Lockstep above the body parser: app.use('/billing', lockstepExpress(lockstep)) before app.use(express.json())";

/**
 * Middleware for Express 4 and 5: `app.use('/billing', lockstepExpress(lockstep))`. Mount it before `express.json()`: a
 * delivery whose body was already read is answered `body_parsed`. The mount path is the base path.
 */
export function lockstepExpress<Req extends IncomingMessage = IncomingMessage>(
  lockstep: Fetches,
  options: AdapterOptions<Req> = {},
): (request: Req, response: ServerResponse) => Promise<void> {
  const answer = nodeHandler(lockstep, HINT);
  // Express has already removed the mount path from the URL.
  return (request, response) => answer(request, response, { basePath: '/', ...identified(options, request) });
}
