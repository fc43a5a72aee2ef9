import type Stripe from 'stripe';
import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import { jsonOf, requestIdOf, type JsonObject } from './answer.js';
import type { Receiving, Transport } from './transport.js';
import { UnusableAnswer } from './unusable.js';

export interface DoorOptions {
  transport: Transport;
  clock: Clock;
  /** Milliseconds from sending the request to the last byte of the answer. */
  timeoutMs: number;
  /** The most bytes of one answer. */
  bodyMaxBytes: number;
}

/**
 * Every answer of Stripe's passes here before the SDK sees it. Status, content type, size, time, and form are checked.
 * The SDK alone looks only at the body: to it, an error status whose JSON has no `error` is a success, and a JSON
 * scalar makes it throw outside of any promise.
 */
export interface StripeDoor {
  /** For the SDK. */
  readonly client: Stripe.HttpClient;
  /**
   * Runs `work`, which passes the headers to the SDK. Aborting `signal` ends every request with these headers at once.
   */
  within<T>(signal: AbortSignal | undefined, work: (headers: Record<string, string>) => Promise<T>): Promise<T>;
}

/** The part of an answer that the SDK keeps as `lastResponse`. */
export interface Arrived {
  statusCode: number;
  headers: Readonly<Record<string, string>>;
  bytes: number;
}

// The SDK passes on headers but no signal. So this header names the signal of a request; it is not sent to Stripe.
// Async local storage would work too, but it slows down every promise of the process.
const SIGNAL = 'Lockstep-Signal';

export function createDoor(options: DoorOptions): StripeDoor {
  const signals = new Map<string, AbortSignal>();
  let drawn = 0;
  return {
    async within(signal, work) {
      if (signal === undefined) return work({});
      const name = String((drawn += 1));
      signals.set(name, signal);
      try {
        return await work({ [SIGNAL]: name });
      } finally {
        signals.delete(name);
      }
    },
    client: {
      getClientName: () => 'lockstep',
      async makeRequest(...[host, port, path, method, headers, body, protocol]) {
        const url = new URL(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`);
        const { [SIGNAL]: name = '', ...others } = headers as Record<string, string | undefined>;
        const sending = { url, method, headers: sent(others), body: method === 'POST' ? body : '' };
        const { status, headers: said, bytes, json } = await ask(options, sending, signals.get(name));
        const arrived: Arrived = { statusCode: status, headers: kept(said), bytes };
        return {
          getStatusCode: () => status,
          getHeaders: () => ({ ...arrived.headers }),
          getRawResponse: () => arrived,
          toStream: () => {
            throw new Error('no answer is streamed');
          },
          toJSON: () => Promise.resolve(json),
        };
      },
    },
  };
}

type Asking = Omit<Parameters<Transport>[0], 'signal'>;
type Answered = Omit<Receiving, 'body'> & { bytes: number; json: JsonObject };

/** Sends a request and reads the whole answer. It ends in time, whatever the transport does. */
async function ask(options: DoorOptions, asking: Asking, signal: AbortSignal | undefined): Promise<Answered> {
  const { clock, timeoutMs } = options;
  const over = new AbortController();
  const done = new AbortController();
  const stop = (): void => over.abort(new LockstepError('stopped', 'Stopped before Stripe answered'));
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop);
  const ended = new Promise<never>((_, reject) => {
    over.signal.addEventListener('abort', () => reject(over.signal.reason as Error));
    if (over.signal.aborted) reject(over.signal.reason as Error);
  });
  ended.catch(() => {});
  void clock.sleep(timeoutMs, done.signal).then(() => {
    if (done.signal.aborted) return;
    over.abort(new UnusableAnswer('too_slow', `Stripe's answer is not complete after ${timeoutMs / 1_000} s`));
  });
  try {
    return await Promise.race([takeIn(options, { ...asking, signal: over.signal }), ended]);
  } finally {
    done.abort();
    signal?.removeEventListener('abort', stop);
    over.abort(); // do not wait for the rest of the answer
  }
}

async function takeIn({ transport, bodyMaxBytes }: DoorOptions, sending: Parameters<Transport>[0]): Promise<Answered> {
  let receiving: Receiving;
  try {
    receiving = await transport(sending);
  } catch (error) {
    throw unreachable(error);
  }
  const { status, headers } = receiving;
  const body = await bytesOf(receiving, bodyMaxBytes);
  return {
    status,
    headers,
    bytes: body.byteLength,
    json: jsonOf({ path: sending.url.pathname, status, headers, body }),
  };
}

const FIRST_BYTES = 64 * 1024;

// One growing buffer. If a body came byte by byte, a list of its pieces would take a hundred times its size.
async function bytesOf({ status, headers, body }: Receiving, max: number): Promise<Uint8Array> {
  const facts = { httpStatus: status, requestId: requestIdOf(headers) };
  let bytes = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  try {
    for await (const chunk of body) {
      const next = length + chunk.byteLength;
      if (next > max) throw new UnusableAnswer('too_large', `Stripe's answer has more than ${max} bytes`, facts);
      if (next > bytes.byteLength) {
        const grown = Buffer.allocUnsafe(Math.min(max, Math.max(next, 2 * bytes.byteLength)));
        bytes.copy(grown, 0, 0, length);
        bytes = grown;
      }
      bytes.set(chunk, length);
      length = next;
    }
  } catch (error) {
    if (error instanceof UnusableAnswer) throw error;
    throw new UnusableAnswer('cut', `Stripe's answer was cut short: ${messageOf(error)}`, facts);
  }
  return bytes.subarray(0, length);
}

function unreachable(error: unknown): UnusableAnswer {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
  return new UnusableAnswer('unreachable', `Stripe could not be reached: ${code ?? messageOf(error)}`, { code });
}

// Asks for uncompressed answers: a compressed one could be a thousand times larger than its bytes.
function sent(headers: object): Record<string, string> {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])), 'Accept-Encoding': 'identity' };
}

/** The headers that are used. Others (`Stripe-Notice`) would make the SDK write to the app's console. */
const KEPT = ['date', 'request-id', 'stripe-account'];

function kept(headers: Receiving['headers']): Record<string, string> {
  return Object.fromEntries(
    KEPT.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])] as const])),
  );
}
