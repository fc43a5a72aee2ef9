import Stripe from 'stripe';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { catalogOf, ownedLists, type CatalogObject, type SubList } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { createBudget, type BudgetRates } from './budget.js';
import { stripeFailureOf } from './failure.js';
import { livemodeOf } from './key.js';

export interface GatewayOptions {
  secretKey: string;
  /** Another Stripe, such as the emulator: `http://127.0.0.1:4747`. Default: Stripe. */
  apiBase?: string | undefined;
  /** Default: 20 a second to each endpoint; in all 80 live, 20 in test mode. */
  rates?: Partial<BudgetRates> | undefined;
  /** One request's time at most. Default 20 s. */
  timeoutMs?: number | undefined;
  clock: Clock;
}

export type StripeObject = Record<string, unknown> & { object: string; id?: string; deleted?: boolean };

/** What a read found, and Stripe's own clock (the answer's `Date`, whole seconds) when it answered. */
export type Reading = { found: StripeObject; readAt: Date } | { found: null; readAt: Date };

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
  /** The account the key belongs to. */
  account(): Promise<StripeObject>;
  /** The object with its owned sub-lists complete; `found: null` for `resource_missing`. Other failures throw. */
  read(type: string, id: string, parents: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Reading>;
  /** One page of a list, 100 at most. */
  list(path: string, query: Query, signal?: AbortSignal): Promise<Page>;
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

export function createGateway({ secretKey, apiBase, rates, timeoutMs = 20_000, clock }: GatewayOptions): Gateway {
  const livemode = livemodeOf(secretKey);
  const stripe = new Stripe(secretKey, {
    ...addressOf(apiBase),
    apiVersion: API_VERSION,
    maxNetworkRetries: 0, // our own back-off: the SDK's would hide 429s from the budget
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'lockstep' },
  });
  const budget = createBudget({ perEndpoint: 20, total: livemode ? 80 : 20, ...rates }, clock);

  const request = async (
    method: string,
    endpoint: string,
    path: string,
    send: { parameters?: object; idempotencyKey?: string; signal?: AbortSignal | undefined } = {},
  ): Promise<Stripe.Response<StripeObject>> => {
    for (let attempt = 1; ; attempt += 1) {
      await budget.take(`${method} ${endpoint}`, send.signal);
      if (send.signal?.aborted) throw new LockstepError('stopped', 'stopped before the request was sent');
      try {
        const options = send.idempotencyKey === undefined ? {} : { idempotencyKey: send.idempotencyKey };
        return (await stripe.rawRequest(method, path, send.parameters, options)) as Stripe.Response<StripeObject>;
      } catch (error) {
        if (stripeFailureOf(error) !== 'throttled' || attempt === THROTTLE_TRIES) throw error;
        budget.hold(`${method} ${endpoint}`, 250 * 2 ** attempt);
      }
    }
  };

  const list: Gateway['list'] = async (path, parameters, signal) => {
    const answer = await request('GET', path, withQuery(path, { limit: PAGE, ...parameters }), { signal });
    return { data: answer.data as StripeObject[], hasMore: answer.has_more === true, readAt: dateOf(answer, clock) };
  };

  const listAll = async (path: string, parameters: Query, signal?: AbortSignal): Promise<StripeObject[]> => {
    const members: StripeObject[] = [];
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const after = members.at(-1)?.id;
      const { data, hasMore } = await list(
        path,
        after === undefined ? parameters : { ...parameters, starting_after: after },
        signal,
      );
      members.push(...data);
      if (!hasMore || data.length === 0) return members;
    }
    throw new LockstepError('stripe_refused', `the list ${path} does not end after ${PAGES_MAX} pages`);
  };

  return {
    livemode,
    list,
    account: () => request('GET', '/v1/account', '/v1/account'),
    async read(type, id, parents, signal) {
      const entry = catalogOf(type);
      const own = entry && addressIn(entry, id, parents);
      if (!entry || !own) throw new LockstepError('stripe_refused', `Stripe has no way to read one ${type}`);
      let answer: Stripe.Response<StripeObject>;
      try {
        answer = await request('GET', own.endpoint, own.path, { signal });
      } catch (error) {
        if (stripeFailureOf(error) !== 'missing') throw error;
        return { found: null, readAt: errorDateOf(error, clock) };
      }
      const readAt = dateOf(answer, clock);
      if (answer.deleted === true) return { found: null, readAt };
      const found = { ...answer };
      for (const subList of ownedLists(entry)) {
        const address = complete(found[subList.field]) ? undefined : addressOfList(subList, found, id);
        if (address === undefined) continue;
        const data = await listAll(address.path, address.query, signal);
        found[subList.field] = { object: 'list', data, has_more: false, url: address.path };
      }
      return { found, readAt };
    },
    post: (path, parameters, { idempotencyKey }) =>
      request('POST', endpointOf(path), path, { parameters, idempotencyKey }),
    delete: (path) => request('DELETE', endpointOf(path), path),
  };
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

/** The address of one object: its own, or below the parents it was seen with. */
function addressIn(
  entry: CatalogObject,
  id: string,
  parents: Readonly<Record<string, string>>,
): { endpoint: string; path: string } | undefined {
  if (entry.retrieve !== null) return { endpoint: entry.retrieve, path: substitute(entry.retrieve, () => id) };
  for (const endpoint of entry.nestedRetrieve) {
    const names = [...endpoint.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);
    const known = names.slice(0, -1).every((parent) => parents[parent] !== undefined);
    if (known)
      return {
        endpoint,
        path: substitute(endpoint, (name) => (name === names.at(-1) ? id : (parents[name] as string))),
      };
  }
  return undefined;
}

function complete(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'has_more' in value && value.has_more === false;
}

/** Where a sub-list is read to its end; the placeholders are fields of its parent. */
function addressOfList(
  { path, query }: SubList,
  parent: StripeObject,
  id: string,
): { path: string; query: Record<string, string> } | undefined {
  if (path === null) return undefined;
  const valueOf = (field: string): string => (field === 'id' ? id : String(parent[field]));
  const filled = Object.entries(query).map(([key, value]) => [
    key,
    value.replace(/^\{(\w+)\}$/, (_, field: string) => valueOf(field)),
  ]);
  return { path: substitute(path, valueOf), query: Object.fromEntries(filled) as Record<string, string> };
}

function substitute(path: string, valueOf: (name: string) => string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(valueOf(name)));
}

function endpointOf(path: string): string {
  return path.replace(/\/[a-z]+_[A-Za-z0-9]+(?=\/|$)/g, '/{id}');
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
  return parseDate(answer.lastResponse.headers['date'], clock);
}

function errorDateOf(error: unknown, clock: Clock): Date {
  return parseDate(error instanceof Stripe.errors.StripeError ? error.headers?.['date'] : undefined, clock);
}

// Without a Date the read is dated now: never earlier than Stripe's answer, so nothing older is shown over it.
function parseDate(header: string | undefined, clock: Clock): Date {
  const at = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(at) ? clock.now() : new Date(at);
}
