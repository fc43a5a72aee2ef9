import type { Clock } from '../kernel/clock.js';
import { readEndpoints, substitute, type Parents } from './address.js';
import { sendChecked, type Asking } from './checked-answer.js';
import { createClient, type AnswerFacts, type ClientConfig, type Request, type StripeLimits } from './client.js';
import { stripeFailureOf } from './failure.js';
import { livemodeOf } from './key.js';
import { listAll, listPage, type Query } from './list.js';
import { readObject } from './read.js';
import { createReadLimits } from './read-limits.js';
import { knownRequest } from './request.js';
import { createTransport, type Transport } from './transport.js';
import type { Turns } from './turns.js';

export interface GatewayDeps {
  /** Sends the requests. Default: Node's own HTTP client. */
  transport?: Transport | undefined;
  clock: Clock;
  /** Before each request, those that are tried again included. */
  onRequest?: (() => void) | undefined;
  /** After each answer, and after each request that got none. */
  onAnswer?: ((answer: AnswerFacts) => void) | undefined;
  /** Where all processes that use the key reserve their requests. Default: this process is the only one. */
  turns?: Turns | undefined;
}

export type StripeObject = Record<string, unknown> & { object: string; id?: string; deleted?: boolean };

/** What a read found. `readAt` is when Stripe answered, by its own clock (the answer's `Date`, in whole seconds). */
export type Reading = Found | NotFound;

export interface NotFound {
  found: null;
  readAt: Date;
  /** Stripe answered that it was deleted. Absent: Stripe answered that it knows no such object. */
  isDeleted?: true;
  shown?: undefined;
  listed?: undefined;
}

export interface Found {
  found: StripeObject;
  readAt: Date;
  /** The object with the values that the read expanded (`lookInto`). Absent if there are none. */
  shown?: StripeObject;
  /** Objects below it that only a separate list shows, if that list was read too. */
  listed?: readonly StripeObject[];
}

export interface ListPage {
  data: StripeObject[];
  hasMore: boolean;
  readAt: Date;
}

/** Every request that Lockstep sends to Stripe, with the pinned API version and within the rates. */
export interface Gateway {
  readonly livemode: boolean;
  /** A gateway for a connected account (`Stripe-Account`), with the same key and the same budget. */
  connected(account: string): Gateway;
  /** How many milliseconds a read of such an object would wait for its endpoint's rate. */
  readWaitMs(type: string): number;
  /** Reads the account that the key belongs to, or the connected account. */
  account(signal?: AbortSignal): Promise<StripeObject>;
  /**
   * Reads an object, with its owned sub-lists complete. `found` is null if the object is missing. Other failures throw.
   * @throws UnusableAnswer the answer is about something else
   */
  read(type: string, id: string, parents: Parents, signal?: AbortSignal): Promise<Reading>;
  /**
   * Reads one page of a list: at most 100 objects, or fewer if they are too large for one answer. `endpoint` is the path with
   * placeholders, if it has any.
   * @throws UnusableAnswer the answer is not such a page
   */
  list(path: string, query: Query, more?: { endpoint?: string | undefined; signal?: AbortSignal }): Promise<ListPage>;
  /** Reads a whole list below an object. `path` has one placeholder, for the object's id. */
  listBelow(path: string, id: string, signal?: AbortSignal): Promise<StripeObject[]>;
  /** Reads one event. If API v1 does not know it, it is read as a thin event. */
  event(id: string, signal?: AbortSignal): Promise<StripeObject>;
  post(
    path: string,
    parameters: Readonly<Record<string, unknown>>,
    options: { idempotencyKey: string },
  ): Promise<StripeObject>;
  delete(path: string): Promise<StripeObject>;
}

/**
 * The gateway of one key, in short files:
 *
 * `client.ts` sends one request, within `budget.ts` and through `door.ts`. `checked-answer.ts` refuses an answer about
 * something else. `list.ts` and `read.ts` turn answers into pages and whole objects.
 */
export function createGateway(
  config: ClientConfig,
  { transport = createTransport(), clock, onRequest, onAnswer, turns }: GatewayDeps,
): Gateway {
  const client = createClient(config, { transport, clock, onRequest, onAnswer, turns });
  return gatewayFor({ client, livemode: livemodeOf(config.secretKey), account: undefined, clock }, config.limits);
}

function gatewayFor(asking: Asking, limits: StripeLimits): Gateway {
  const { client, livemode, account, clock } = asking;
  return {
    livemode,
    connected: (connected) => gatewayFor({ ...asking, account: connected }, limits),
    readWaitMs: (type) => Math.max(0, ...readEndpoints(type).map((endpoint) => client.waitMs('GET', endpoint))),
    async account(signal) {
      const request = { method: 'GET', endpoint: '/v1/account', path: '/v1/account', signal };
      return (await sendChecked(asking, request, { objects: ['account'], id: account })).object;
    },
    read: (type, id, parents, signal) =>
      readObject(asking, { type, id, parents }, createReadLimits(limits, clock, signal)),
    list: (path, query, { endpoint = path, signal } = {}) => listPage(asking, { endpoint, path, query, signal }),
    async listBelow(endpoint, id, signal) {
      const address = { endpoint, path: substitute(endpoint, () => id) };
      return (await listAll(asking, address, createReadLimits(limits, clock, signal))).members;
    },
    event: (id, signal) => readEvent(asking, id, signal),
    post: (path, parameters, { idempotencyKey }) =>
      change(asking, 'POST', path, { parameters, options: { idempotencyKey } }),
    delete: (path) => change(asking, 'DELETE', path, {}),
  };
}

async function readEvent(asking: Asking, id: string, signal: AbortSignal | undefined): Promise<StripeObject> {
  const ask = async (endpoint: string, object: string): Promise<StripeObject> => {
    const request = { method: 'GET', endpoint, path: substitute(endpoint, () => id), signal };
    return (await sendChecked(asking, request, { objects: [object], id })).object;
  };
  try {
    return await ask('/v1/events/{id}', 'event');
  } catch (error) {
    if (stripeFailureOf(error) !== 'missing') throw error;
    return ask('/v2/core/events/{id}', 'v2.core.event');
  }
}

async function change(
  asking: Asking,
  method: string,
  path: string,
  more: Pick<Request, 'parameters' | 'options'>,
): Promise<StripeObject> {
  const { endpoint, ...expected } = knownRequest(method, path);
  return (await sendChecked(asking, { method, endpoint, path, ...more }, expected)).object;
}
