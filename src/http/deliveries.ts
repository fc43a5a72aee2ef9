import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Engine } from '../engine/engine.js';
import type { Log } from '../kernel/log.js';

import { readNodeBody } from './body.js';
import { failureAnswer, type JsonAnswer } from './failure.js';
import { withoutEndSlash } from './path.js';
import { createWaitingBytes, deliveriesMax } from './waiting-bytes.js';
import { notedBy, WEBHOOKS } from './webhook.js';

/** Answers a request of Node's HTTP server. Returns false, and does nothing, if the request is for another route. */
export type NodeRoute = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Takes deliveries without a Fetch request in between: reading its body as a web stream costs more than everything else
 * that this process does for a delivery (decision 0032). The same route is in `createApp`, for servers that have only
 * Fetch requests.
 */
export function createDeliveries({ engine, log }: { engine: Engine; log: Log }): NodeRoute {
  const { bodyMaxBytes } = engine.config;
  const waiting = createWaitingBytes(deliveriesMax(bodyMaxBytes));
  const { webhook } = engine;
  if (webhook === null) return () => false;

  const deliver = (request: IncomingMessage): Promise<unknown> =>
    // Held until the event is stored: a body that was read is still in memory, several times over, while it waits.
    waiting.hold(async (held) => {
      const body = await readNodeBody(request, bodyMaxBytes, held).catch(notedBy(webhook));
      return webhook.deliver(body, signatureOf(request));
    });

  return (request, response) => {
    if (request.method !== 'POST' || !isDelivery(request.url ?? '')) return false;
    void deliver(request).then(
      () => send(response, received),
      (error: unknown) => send(response, failureAnswer(error, log)),
    );
    return true;
  };
}

const received: JsonAnswer = { status: 200, text: '{"received":true}', headers: {} };

function isDelivery(url: string): boolean {
  if (!url.startsWith(WEBHOOKS)) return false;
  const end = url.indexOf('?');
  return withoutEndSlash(end === -1 ? url : url.slice(0, end)) === WEBHOOKS;
}

function signatureOf({ headers }: IncomingMessage): string | undefined {
  const signature = headers['stripe-signature'];
  return Array.isArray(signature) ? signature.join(', ') : signature;
}

function send(response: ServerResponse, { status, text, headers }: JsonAnswer): void {
  if (response.destroyed) return; // the sender closed the connection
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}
