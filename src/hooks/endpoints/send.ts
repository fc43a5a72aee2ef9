import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { LockstepError, messageOf } from '../../kernel/error.js';
import { publicLookup, refusePrivate, type AddressLookup } from './public-address.js';

/** Where messages are sent, and what they are signed with. */
export interface Receiver {
  url: string;
  /** `whsec_…` */
  secret: string;
  /** Whether its address may be one of a private network or of this machine. */
  allowPrivate: boolean;
}

export interface Message {
  /** The same for each try. */
  id: string;
  body: object;
}

export interface SendOptions {
  now: Date;
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Default: `node:dns`. */
  lookup?: AddressLookup | undefined;
}

/**
 * Sends one message, signed by the Standard Webhooks scheme. An answer of 200 to 299 takes it. A redirect is not
 * followed: it would hand the message to an address that nobody configured. What the answer says is not read.
 * Source: standardwebhooks.com, "Webhook headers" (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
 * @throws endpoint_failed the message was not taken. The text does not have the address, which may have a secret in it.
 */
export async function send(receiver: Receiver, { id, body }: Message, sending: SendOptions): Promise<void> {
  const payload = Buffer.from(JSON.stringify(body));
  const headers = {
    'content-type': 'application/json',
    'content-length': payload.length,
    'user-agent': 'lockstep',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sending.now.getTime() / 1_000)),
    'webhook-signature': new Webhook(receiver.secret).sign(id, sending.now, payload.toString()),
  };
  const status = await post(receiver, { payload, headers }, sending).catch((error: unknown) => {
    throw reasonOf(error, sending.signal);
  });
  if (status >= 200 && status <= 299) return;
  const isRedirect = status >= 300 && status <= 399;
  throw failed(`the receiver answered ${status}${isRedirect ? ', a redirect, which is not followed' : ''}`);
}

interface Prepared {
  payload: Buffer;
  headers: Record<string, string | number>;
}

/** Returns the status of the answer. */
function post(
  { url: text, allowPrivate }: Receiver,
  { payload, headers }: Prepared,
  { signal, lookup }: SendOptions,
): Promise<number> {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A name is checked when it is looked up. An address needs no lookup.
  if (!allowPrivate && isIP(host) !== 0) refusePrivate(host);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent: false, // a connection of its own, so that none is used that was opened to another address
      headers,
      signal,
      ...(allowPrivate ? { lookup } : { lookup: publicLookup(lookup) }),
    });
    sent.on('error', reject); // after the answer, it changes nothing
    sent.on('response', (answer: IncomingMessage) => {
      const { statusCode = 0 } = answer;
      answer.destroy(); // what it says is not needed, and may be endless
      if (sent.writableFinished) resolve(statusCode);
      else reject(failed(`the receiver answered ${statusCode} before it had read the message`));
    });
    sent.end(payload);
  });
}

function reasonOf(error: unknown, signal: AbortSignal): LockstepError {
  if (error instanceof LockstepError) return error;
  if (signal.aborted) return failed('the receiver did not answer in time');
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return failed(
    `the receiver could not be reached: ${typeof code === 'string' ? code : messageOf(error).slice(0, 100)}`,
  );
}

function failed(message: string): LockstepError {
  return new LockstepError('endpoint_failed', message);
}
