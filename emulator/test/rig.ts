import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import Stripe from 'stripe';
import type { Emulator, EmulatorOptions } from '../src/emulator.js';
import { startEmulator } from '../src/emulator.js';

/** An emulator on a free port with the official SDK pointed at it. */
export interface Rig {
  emulator: Emulator;
  stripe: Stripe;
  /** A request without the SDK: status, headers and decoded body. */
  call(verb: string, path: string, body?: string, headers?: Record<string, string>): Promise<Called>;
  stop(): Promise<void>;
}
export interface Called {
  status: number;
  headers: Headers;
  body: { error?: Record<string, unknown> } & Record<string, unknown>;
}

export async function startRig(options: EmulatorOptions = {}): Promise<Rig> {
  const emulator = await startEmulator({ port: 0, ...options });
  const stripe = new Stripe(emulator.secretKey, {
    host: '127.0.0.1',
    port: emulator.port,
    protocol: 'http',
    maxNetworkRetries: 0,
  });
  return {
    emulator,
    stripe,
    call: async (verb, path, body, headers = {}) => {
      const response = await fetch(emulator.url + path, {
        method: verb,
        headers: {
          authorization: `Bearer ${emulator.secretKey}`,
          'content-type': 'application/x-www-form-urlencoded',
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (text === '' ? {} : JSON.parse(text)) as Called['body'],
      };
    },
    stop: () => emulator.stop(),
  };
}

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: Stripe.Event;
}

/** A webhook receiver whose answers the test decides; `next` waits for a delivery that fits. */
export interface Receiver {
  url: string;
  received: Received[];
  answer: (delivery: Received) => number;
  next(fits: (delivery: Received) => boolean): Promise<Received>;
  stop(): Promise<void>;
}

export async function receiver(): Promise<Receiver> {
  const waiting: { fits: (delivery: Received) => boolean; resolve: (delivery: Received) => void }[] = [];
  const self: Receiver = {
    url: '',
    received: [],
    answer: () => 200,
    next: (fits) => {
      const there = self.received.find(fits);
      return there === undefined ? new Promise((resolve) => waiting.push({ fits, resolve })) : Promise.resolve(there);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const delivery = { headers: request.headers, body, event: JSON.parse(body) as Stripe.Event };
      const status = self.answer(delivery);
      response.writeHead(status, status === 302 ? { location: self.url } : {}).end();
      self.received.push(delivery);
      for (const one of waiting.splice(0)) {
        if (one.fits(delivery)) one.resolve(delivery);
        else waiting.push(one);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  self.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hooks`;
  return self;
}

/** The names of all events made since `before` (an event list), oldest first. */
export async function eventsOf(stripe: Stripe, id: string): Promise<Stripe.Event[]> {
  const all: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) {
    if ((event.data.object as { id?: string }).id === id) all.unshift(event);
  }
  return all;
}

/** What the SDK threw. */
export async function refusal(
  work: Promise<unknown>,
): Promise<Stripe.errors.StripeError & { payment_intent?: Stripe.PaymentIntent }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
