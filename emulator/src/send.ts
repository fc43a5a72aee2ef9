import type { ServerResponse } from 'node:http';
import type { Clock } from '../../src/kernel/clock.js';
import type { Refusal } from '../../src/kernel/door.js';
import { DATA_POLICY, EVERY_ANSWER } from './pages/policy.js';
import { BODY_MAX_BYTES } from './request-body.js';

/** What is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

export function send(clock: Clock, response: ServerResponse, { status, headers, body }: Reply): void {
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  response.writeHead(status, {
    ...EVERY_ANSWER,
    ...(isPage || status === 303 ? {} : DATA_POLICY),
    ...headers,
    date: dateOf(clock),
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}

export function tooLarge(clock: Clock, response: ServerResponse, maxBytes = BODY_MAX_BYTES): void {
  const body = JSON.stringify({
    error: { message: `Request bodies may be at most ${maxBytes} bytes.`, type: 'invalid_request_error' },
  });
  const headers = { 'content-type': 'application/json', connection: 'close' };
  send(clock, response, { status: 413, headers, body });
}

export const dateOf = (clock: Clock): string => clock.now().toUTCString();

/** In Stripe's shape, so that the SDKs show the message. */
export function refuse(
  clock: Clock,
  response: ServerResponse,
  refused: Refusal & { code: string; status: number },
): void {
  const { status, code, message, hint } = refused;
  const error = { type: 'invalid_request_error', code, message: `${message}; ${hint}`, hint };
  const headers = { 'content-type': 'application/json', connection: 'close' };
  send(clock, response, { status, headers, body: JSON.stringify({ error }) });
}
