import Stripe from 'stripe';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { catalogOf, isReadable, type CatalogObject } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { addressOfObject, addressOfSubList, endpointOf, substitute, type Address, type Parents } from './address.js';
import { createBudget, type BudgetRates } from './budget.js';
import { stripeFailureOf } from './failure.js';
import { livemodeOf } from './key.js';
import { refusesToExpand, withExpansions, withoutLookingInto } from './look-into.js';

export interface GatewayOptions {
  secretKey: string;
  /** Another Stripe, such as the emulator: `http://127.0.0.1:4747`. Default: Stripe. */
  apiBase?: string | undefined;
  /** Default: 20 a second to each endpoint; in all 80 live, 20 in test mode. */
  rates?: Partial<BudgetRates> | undefined;
  /** One request's time at most. Default 20 s. */
  timeoutMs?: number | undefined;
  /** Sends the requests. Default: Node's own HTTP client. */
  fetch?: typeof fetch | undefined;
  clock: Clock;
}

export type StripeObject = Record<string, unknown> & { object: string; id?: string; deleted?: boolean };

/** What a read found, and Stripe's own clock (the answer's `Date`, whole seconds) when it answered. */
export type Reading = Found | { found: null; readAt: Date; shown?: undefined; listed?: undefined };

export interface Found {
  found: StripeObject;
  readAt: Date;
  /** The object with what the read looked into; absent: it looked into nothing. */
  shown?: StripeObject;
  /** Objects below it that only a list of their own shows, where that was read too. */
  listed?: readonly StripeObject[];
}

export interface Page {
  data: StripeObject[];
  hasMore: boolean;
  readAt: Date;
}

/** A list's query; what is undefined is left out. */
export type Query = Readonly<Record<string, Scalar | readonly string[] | Readonly<Record<string, Scalar>> | undefined>>;
type Scalar = string | number | boolean;

/** Everything Lockstep asks of Stripe, in the pinned API version and within the rate budget. */
export interface Gateway {
  readonly livemode: boolean;
  /** The same key asking for an account connected to it (`Stripe-Account`), within the same budget. */
  connected(account: string): Gateway;
  /** The account the key belongs to, or the connected one. */
  account(): Promise<StripeObject>;
  /** The object with its owned sub-lists complete; `found: null` for `resource_missing`. Other failures throw. */
  read(type: string, id: string, parents: Parents, signal?: AbortSignal): Promise<Reading>;
  /** One page of a list, 100 at most. `endpoint`: the path with its placeholders, where it has any. */
  list(path: string, query: Query, more?: { endpoint?: string | undefined; signal?: AbortSignal }): Promise<Page>;
  /** Every object of the list at a path with one placeholder, which is the id of what it is below. */
  listBelow(path: string, id: string, signal?: AbortSignal): Promise<StripeObject[]>;
  /** One event; a thin one where API v1 does not know it. */
  event(id: string): Promise<StripeObject>;
  post(
    path: string,
    parameters: Readonly<Record<string, unknown>>,
    options: { idempotencyKey: string },
  ): Promise<StripeObject>;
  delete(path: string): Promise<StripeObject>;
}

const PAGE = 100;
const PAGES_MAX = 1_000;
const THROTTLE_TRIES = 4;

export function createGateway({
  secretKey,
  apiBase,
  rates,
  timeoutMs = 20_000,
  fetch,
  clock,
}: GatewayOptions): Gateway {
  const livemode = livemodeOf(secretKey);
  const stripe = new Stripe(secretKey, {
    ...addressOf(apiBase),
    ...(fetch === undefined ? {} : { httpClient: Stripe.createFetchHttpClient(fetch) }),
    apiVersion: API_VERSION,
    maxNetworkRetries: 0, // our own back-off: the SDK's would hide 429s from the budget
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'lockstep' },
  });
  const budget = createBudget({ perEndpoint: 20, total: livemode ? 80 : 20, ...rates }, clock);

  const send = async (one: Sent): Promise<Stripe.Response<StripeObject>> => {
    const { method, endpoint, path, parameters, options = {}, signal } = one;
    for (let attempt = 1; ; attempt += 1) {
      await budget.take(`${method} ${endpoint}`, signal);
      if (signal?.aborted) throw new LockstepError('stopped', 'stopped before the request was sent');
      try {
        return (await stripe.rawRequest(method, path, parameters, options)) as Stripe.Response<StripeObject>;
      } catch (error) {
        if (stripeFailureOf(error) !== 'throttled' || attempt === THROTTLE_TRIES) throw error;
        budget.hold(`${method} ${endpoint}`, 250 * 2 ** attempt);
      }
    }
  };
  const gatewayFor = (account: string | undefined): Gateway => {
    const options = account === undefined ? {} : { stripeAccount: account };
    const request: Request = (one) => send({ ...one, options: { ...options, ...one.options } });
    return { ...reader(request, livemode, clock), livemode, connected: (connected) => gatewayFor(connected) };
  };
  return gatewayFor(undefined);
}

interface Sent {
  method: string;
  endpoint: string;
  path: string;
  parameters?: object;
  options?: Stripe.RawRequestOptions;
  signal?: AbortSignal | undefined;
}

type Request = (one: Sent) => Promise<Stripe.Response<StripeObject>>;

/** What is asked for, whoever sends it. */
function reader(request: Request, livemode: boolean, clock: Clock): Omit<Gateway, 'livemode' | 'connected'> {
  const list: Gateway['list'] = async (path, parameters, { endpoint = path, signal } = {}) => {
    const query = withQuery(path, { limit: PAGE, ...parameters });
    const answer = await request({ method: 'GET', endpoint, path: query, signal });
    // An answer that was cut short or came from a proxy must never count as an empty list.
    if (!Array.isArray(answer.data)) throw new Error(`the answer to GET ${path} is not a list`);
    return { data: answer.data as StripeObject[], hasMore: answer.has_more === true, readAt: dateOf(answer, clock) };
  };

  const listAll = async (
    address: Address,
    signal?: AbortSignal,
  ): Promise<{ members: StripeObject[]; readAt: Date }> => {
    const members: StripeObject[] = [];
    const { path, endpoint } = address;
    let readAt: Date | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await list(
        path,
        { ...address.query, starting_after: members.at(-1)?.id },
        withSignal({ endpoint }, signal),
      );
      readAt ??= answer.readAt;
      members.push(...answer.data);
      if (!answer.hasMore || answer.data.length === 0) return { members, readAt };
    }
    throw new LockstepError('stripe_refused', `the list ${path} does not end after ${PAGES_MAX} pages`);
  };

  const complete = async (
    entry: CatalogObject,
    id: string,
    object: StripeObject,
    signal?: AbortSignal,
  ): Promise<Date | undefined> => {
    let readAt: Date | undefined;
    for (const subList of entry.subLists) {
      // What an object owns belongs to it also where Stripe leaves it out; of the others, what began is read to its end.
      const absent = object[subList.field] === undefined || object[subList.field] === null;
      if (isWhole(object[subList.field]) || (absent && !subList.owned)) continue;
      const address = addressOfSubList(subList, object, id);
      if (address === undefined) continue;
      const { members: data, readAt: at } = await listAll(address, signal);
      readAt ??= at;
      object[subList.field] = { object: 'list', data, has_more: false, url: address.path };
    }
    return readAt;
  };

  const assemble = async (entry: CatalogObject, id: string, signal?: AbortSignal): Promise<Reading> => {
    const found: StripeObject = { object: entry.object, [entry.key]: id, livemode };
    try {
      return { found, readAt: (await complete(entry, id, found, signal)) ?? clock.now() };
    } catch (error) {
      if (stripeFailureOf(error) !== 'missing' || paramOf(error) === 'starting_after') throw error;
      return { found: null, readAt: errorDateOf(error, clock) };
    }
  };

  return {
    list,
    account: () => request({ method: 'GET', endpoint: '/v1/account', path: '/v1/account' }),
    async read(type, id, parents, signal) {
      const entry = catalogOf(type);
      if (entry === undefined || !isReadable(entry)) throw unreadable(type);
      if (entry.assembled) return assemble(entry, id, signal);
      const own = addressOfObject(entry, id, parents);
      if (own === undefined) throw unreadable(type);
      let answer: Stripe.Response<StripeObject>;
      try {
        const ask = (path: string) => request({ method: 'GET', endpoint: own.endpoint, path, signal });
        const whole = withExpansions(entry, own.path);
        answer = await ask(whole).catch((error: unknown) => {
          if (whole === own.path || !refusesToExpand(error)) throw error;
          return ask(own.path);
        });
      } catch (error) {
        // Only the object's own address can say that it is gone, never a page of one of its lists.
        if (stripeFailureOf(error) !== 'missing') throw error;
        return { found: null, readAt: errorDateOf(error, clock) };
      }
      const readAt = dateOf(answer, clock);
      if (answer.deleted === true) return { found: null, readAt };
      const shown = { ...answer };
      await complete(entry, id, shown, signal);
      return entry.lookInto.length === 0
        ? { found: shown, readAt }
        : { found: withoutLookingInto(entry, shown), readAt, shown };
    },
    async listBelow(endpoint, id, signal) {
      const { members } = await listAll({ endpoint, path: substitute(endpoint, () => id) }, signal);
      return members;
    },
    async event(id) {
      const ask = (endpoint: string) => request({ method: 'GET', endpoint, path: substitute(endpoint, () => id) });
      try {
        return await ask('/v1/events/{id}');
      } catch (error) {
        if (stripeFailureOf(error) !== 'missing') throw error;
        return ask('/v2/core/events/{id}');
      }
    },
    post: (path, parameters, { idempotencyKey }) =>
      request({ method: 'POST', endpoint: endpointOf(path), path, parameters, options: { idempotencyKey } }),
    delete: (path) => request({ method: 'DELETE', endpoint: endpointOf(path), path }),
  };
}

function unreadable(type: string): LockstepError {
  return new LockstepError('stripe_refused', `Stripe has no way to read one ${type}`);
}

function withSignal<T extends object>(more: T, signal: AbortSignal | undefined): T & { signal?: AbortSignal } {
  return signal === undefined ? more : { ...more, signal };
}

function addressOf(apiBase: string | undefined): Stripe.StripeConfig {
  if (apiBase === undefined) return {};
  let url: URL;
  try {
    url = new URL(apiBase);
  } catch (cause) {
    throw new LockstepError('option_invalid', 'STRIPE_API_BASE is not a URL', {
      hint: 'for example http://127.0.0.1:4747',
      cause,
    });
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  return { host: url.hostname, port: url.port === '' ? (protocol === 'https' ? 443 : 80) : Number(url.port), protocol };
}

function isWhole(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'has_more' in value && value.has_more === false;
}

function withQuery(path: string, parameters: Query): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (typeof value === 'object') {
      for (const [inner, part] of Object.entries(value))
        query.append(`${key}[${Array.isArray(value) ? '' : inner}]`, String(part));
    } else if (value !== undefined) query.append(key, String(value));
  }
  return `${path}?${query.toString()}`;
}

function dateOf(answer: Stripe.Response<StripeObject>, clock: Clock): Date {
  return parseDate(dateHeader(answer.lastResponse.headers), clock);
}

function errorDateOf(error: unknown, clock: Clock): Date {
  return parseDate(error instanceof Stripe.errors.StripeError ? dateHeader(error.headers) : undefined, clock);
}

// Plain from Node's client, `Headers` from a `fetch`.
function dateHeader(headers: Headers | Record<string, string> | undefined): string | undefined {
  return headers instanceof Headers ? (headers.get('date') ?? undefined) : headers?.['date'];
}

function paramOf(error: unknown): string | undefined {
  return error instanceof Stripe.errors.StripeError ? error.param : undefined;
}

// Without a Date the read is dated now: never earlier than Stripe's answer, so nothing older is shown over it.
function parseDate(header: string | undefined, clock: Clock): Date {
  const at = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(at) ? clock.now() : new Date(at);
}
