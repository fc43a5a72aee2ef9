import { getRequestListener } from '@hono/node-server';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listenFailure } from '../kernel/listen-failure.js';
import type { NodeRoute } from './deliveries.js';

export interface Listening {
  url: string;
  port: number;
  /** Accepts no more connections, gives running requests a while to finish, and then closes. */
  close(): Promise<void>;
}

export interface ListenOptions {
  fetch: (request: Request) => Response | Promise<Response>;
  /** A route that is tried before `fetch`, with Node's own request. Default: none. */
  deliveries?: NodeRoute;
  host: string;
  /** 0 picks a free port. */
  port: number;
}

const REQUEST_MS = 30_000;
const DRAIN_MS = 5_000;
// Longer than clients and proxies keep an idle connection, which is usually 60 s. Otherwise they reuse a connection
// that is being closed.
const KEEP_ALIVE_MS = 65_000;

/** Serves a Fetch handler over HTTP. @throws port_taken, option_invalid */
export async function listen({ fetch, deliveries, host, port }: ListenOptions): Promise<Listening> {
  const answer = getRequestListener(fetch);
  const server = createServer((request, response) => {
    if (deliveries?.(request, response) !== true) void answer(request, response);
  });
  server.requestTimeout = REQUEST_MS;
  server.headersTimeout = REQUEST_MS / 2;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: Error) => reject(listenFailure(cause, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  const answering = new Set<ServerResponse>();
  // Registered before the handler, so that an answer that is written at once has it too.
  server.prependListener('request', (_request, response: ServerResponse) => {
    if (closing !== undefined) response.shouldKeepAlive = false;
    answering.add(response);
    response.once('close', () => answering.delete(response));
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      // Sends `connection: close`, so that a sender opens a new connection for the next request.
      for (const response of answering) response.shouldKeepAlive = false;
      const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      server.close(() => {
        clearTimeout(force);
        resolve();
      });
      server.closeIdleConnections();
    });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    port: actual,
    close: () => (closing ??= close()),
  };
}
