import Stripe from 'stripe';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { catalogOf, isReadable, type CatalogObject } from '../catalog/catalog.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { addressOfObject, addressOfSubList, readEndpoints, substitute, type Address, type Parents } from './address.js';
import { objectionTo, objectionToOwners, objectionToPage, type Expected, type List } from './answer.js';
import { createBudget, type BudgetRates } from './budget.js';
import { createDoor, type Arrived } from './door.js';
import { stripeFailureOf } from './failure.js';
import { livemodeOf } from './key.js';
import { refusesToExpand, withExpansions, withoutLookingInto } from './look-into.js';
import { knownRequest, listedAt } from './request.js';
import { createTransport, type Transport } from './transport.js';
import { UnusableAnswer, type Unusable } from './unusable.js';

export interface GatewayOptions {
  secretKey: string;
  /** Another Stripe, such as the emulator: `http://127.0.0.1:4747`. Default: Stripe. */
  apiBase?: string | undefined;
  /** Default: 20 a second to each endpoint; in all 80 live, 20 in test mode. */
  rates?: Partial<BudgetRates> | undefined;
  /** From the sending of a request to the last byte of its answer. Default 20 s. */
  timeoutMs?: number | undefined;
  /** Bytes of one answer at most; of an object that is read in several answers, four times as many. Default 16 MiB. */
  bodyMaxBytes?: number | undefined;
  /** Sends the requests. Default: Node's own HTTP client. */
  transport?: Transport | undefined;
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

export interface ListPage {
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
  /** How long a read of such an object would wait for its endpoint's rate, in milliseconds. */
  readWaitMs(type: string): number;
  /** The account the key belongs to, or the connected one. */
  account(signal?: AbortSignal): Promise<StripeObject>;
  /**
   * The object with its owned sub-lists complete; `found: null` for `resource_missing`. Other failures throw.
   * @throws UnusableAnswer what came is not what was asked for
   */
  read(type: string, id: string, parents: Parents, signal?: AbortSignal): Promise<Reading>;
  /**
   * One page of a list, 100 at most; fewer where they are too large for one answer. `endpoint`: the path with its placeholders,
   * where it has any.
   * @throws UnusableAnswer what came is no such page
   */
  list(path: string, query: Query, more?: { endpoint?: string | undefined; signal?: AbortSignal }): Promise<ListPage>;
  /** Every object of the list at a path with one placeholder, which is the id of what it is below. */
  listBelow(path: string, id: string, signal?: AbortSignal): Promise<StripeObject[]>;
  /** One event; a thin one where API v1 does not know it. */
  event(id: string, signal?: AbortSignal): Promise<StripeObject>;
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
/** From the sending of a request to the last byte of its answer. */
export const ANSWER_MS = 20_000;
/** Of an object whose lists are read to their end: answers that each are in time and within their size must come to one, too. */
const READ_MS = 5 * 60_000;
const READ_BODIES = 4;

export function createGateway({
  secretKey,
  apiBase,
  rates,
  timeoutMs = ANSWER_MS,
  bodyMaxBytes = 16 * 1024 * 1024,
  transport = createTransport(),
  clock,
}: GatewayOptions): Gateway {
  const livemode = livemodeOf(secretKey);
  const door = createDoor({ transport, clock, timeoutMs, bodyMaxBytes });
  const stripe = new Stripe(secretKey, {
    ...addressOf(apiBase),
    httpClient: door.client,
    apiVersion: API_VERSION,
    maxNetworkRetries: 0, // our own back-off: the SDK's would hide 429s from the budget
    telemetry: false,
    appInfo: { name: 'lockstep' },
  });
  const budget = createBudget({ perEndpoint: 20, total: livemode ? 80 : 20, ...rates }, clock);

  const send = async ({ method, endpoint, path, parameters, options, signal }: Sent): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      await budget.take(`${method} ${endpoint}`, signal);
      if (signal?.aborted) throw new LockstepError('stopped', 'Stopped before the request was sent');
      try {
        const work = (additionalHeaders: Record<string, string>): Promise<unknown> =>
          stripe.rawRequest(method, path, parameters, { ...options, additionalHeaders });
        const object = (await door.within(signal, work)) as StripeObject & { lastResponse: Arrived };
        const { lastResponse: arrived } = object;
        refuseOtherAccount(arrived, options.stripeAccount);
        return { object, arrived };
      } catch (thrown) {
        const error = causeOf(thrown);
        if (stripeFailureOf(error) !== 'throttled' || attempt === THROTTLE_TRIES) throw error;
        budget.hold(`${method} ${endpoint}`, 250 * 2 ** attempt);
        if (error instanceof UnusableAnswer) throw error; // a proxy's 429 says nothing of Stripe's own limit
      }
    }
  };
  const gatewayFor = (account: string | undefined): Gateway => {
    const options = account === undefined ? {} : { stripeAccount: account };
    const request: Request = (one) => send({ ...one, options: { ...options, ...one.options } });
    const asking = { request, livemode, clock, account, bytesMax: READ_BODIES * bodyMaxBytes };
    return {
      ...reader(asking),
      livemode,
      readWaitMs: (type) => Math.max(0, ...readEndpoints(type).map((endpoint) => budget.waitMs(`GET ${endpoint}`))),
      connected: (connected) => gatewayFor(connected),
    };
  };
  return gatewayFor(undefined);
}

interface Sent {
  method: string;
  endpoint: string;
  path: string;
  parameters?: object;
  options: Stripe.RawRequestOptions;
  signal?: AbortSignal | undefined;
}

/** What has come through the door; not yet looked at. */
interface Answer {
  object: StripeObject;
  arrived: Arrived;
}

type Request = (one: Omit<Sent, 'options'> & Partial<Pick<Sent, 'options'>>) => Promise<Answer>;

interface Asking {
  request: Request;
  livemode: boolean;
  clock: Clock;
  /** The connected account it asks for. */
  account: string | undefined;
  /** Of an object in several answers. */
  bytesMax: number;
}

/** One request, for any account. */
function reader({
  request,
  livemode,
  clock,
  account,
  bytesMax,
}: Asking): Omit<Gateway, 'livemode' | 'connected' | 'readWaitMs'> {
  /** The answer's object, where it is what was asked for. */
  const one = async (sent: Parameters<Request>[0], expected: Omit<Expected, 'livemode'>): Promise<Answer> => {
    const answer = await request(sent);
    refuse(objectionTo(answer.object, { ...expected, livemode }), sent, answer);
    return answer;
  };

  const change = async (method: string, path: string, more: Partial<Sent>): Promise<StripeObject> => {
    const { endpoint, ...expected } = knownRequest(method, path);
    return (await one({ method, endpoint, path, ...more }, expected)).object;
  };

  const page = async (path: string, query: Query, endpoint: string, signal?: AbortSignal): Promise<Answer> => {
    const after = query['starting_after'] as string | undefined;
    const sent = { method: 'GET', endpoint, path: withQuery(path, query), signal };
    const answer = await request(sent);
    refuse(objectionToPage(answer.object, { objects: listedAt(endpoint), livemode, after }), sent, answer);
    return answer;
  };

  /** Asked for again with half as many members until the answer is not too large. */
  const fittingPage = async (path: string, query: Query, endpoint: string, signal?: AbortSignal): Promise<Answer> => {
    for (let limit = Number(query['limit'] ?? PAGE); ; limit = Math.ceil(limit / 2)) {
      try {
        return await page(path, { ...query, limit }, endpoint, signal);
      } catch (error) {
        if (!(error instanceof UnusableAnswer) || error.reason !== 'too_large' || limit <= 1) throw error;
      }
    }
  };

  const pageOf = ({ object, arrived }: Answer): ListPage => {
    const { data, has_more: hasMore } = object as unknown as List;
    return { data: data as StripeObject[], hasMore, readAt: parseDate(arrived.headers['date'], clock) };
  };

  const list: Gateway['list'] = async (path, parameters, { endpoint = path, signal } = {}) =>
    pageOf(await fittingPage(path, parameters, endpoint, signal));

  const listAll = async (
    { path, endpoint, query }: Address,
    limits: ReadLimits,
  ): Promise<{ members: StripeObject[]; readAt: Date }> => {
    const members = new Map<string, StripeObject>();
    let after: string | undefined;
    let readAt: Date | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const answer = await fittingPage(path, { ...query, starting_after: after }, endpoint, limits.signal);
      limits.note(answer);
      const { data, hasMore, readAt: at } = pageOf(answer);
      readAt ??= at;
      for (const member of data) {
        const id = member.id ?? `${members.size}`; // a few types have none
        if (members.has(id)) throw unusable('endless', 'it repeats itself', `GET ${endpoint}`, answer);
        members.set(id, member);
      }
      if (!hasMore) return { members: [...members.values()], readAt };
      after = data.at(-1)?.id;
      if (after === undefined) throw unusable('endless', 'it has more pages but no cursor', `GET ${endpoint}`, answer);
    }
    throw new UnusableAnswer('endless', `the list ${endpoint} does not end after ${PAGES_MAX} pages`);
  };

  const complete = async (
    entry: CatalogObject,
    id: string,
    object: StripeObject,
    limits: ReadLimits,
  ): Promise<Date | undefined> => {
    let readAt: Date | undefined;
    for (const subList of entry.subLists) {
      // What an object owns belongs to it also where Stripe leaves it out; of the others, what began is read to its end.
      const absent = object[subList.field] === undefined || object[subList.field] === null;
      if (isWhole(object[subList.field]) || (absent && !subList.owned)) continue;
      const address = addressOfSubList(subList, object, id);
      if (address === undefined) continue;
      const { members: data, readAt: at } = await listAll(address, limits);
      readAt ??= at;
      const objection = objectionToOwners(entry, id, { data }, subList);
      if (objection !== undefined) throw new UnusableAnswer(objection[0], `GET ${address.endpoint}: ${objection[1]}`);
      object[subList.field] = { object: 'list', data, has_more: false, url: address.path };
    }
    return readAt;
  };

  const assemble = async (entry: CatalogObject, id: string, limits: ReadLimits): Promise<Reading> => {
    const found: StripeObject = { object: entry.object, [entry.key]: id, livemode };
    try {
      return { found, readAt: (await complete(entry, id, found, limits)) ?? clock.now() };
    } catch (error) {
      if (stripeFailureOf(error) !== 'missing' || paramOf(error) === 'starting_after') throw error;
      return { found: null, readAt: errorDateOf(error, clock) };
    }
  };

  return {
    list,
    async account(signal) {
      const sent = { method: 'GET', endpoint: '/v1/account', path: '/v1/account', signal };
      return (await one(sent, { objects: ['account'], id: account })).object;
    },
    async read(type, id, parents, signal) {
      const entry = catalogOf(type);
      if (entry === undefined || !isReadable(entry)) throw unreadable(type);
      const limits = createReadLimits({ bytesMax, clock, signal });
      if (entry.assembled) return assemble(entry, id, limits);
      const own = addressOfObject(entry, id, parents);
      if (own === undefined) throw unreadable(type);
      let answer: Answer;
      try {
        const ask = (path: string) =>
          one({ method: 'GET', endpoint: own.endpoint, path, signal }, { objects: [type], id });
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
      limits.note(answer);
      const readAt = parseDate(answer.arrived.headers['date'], clock);
      if (answer.object.deleted === true) return { found: null, readAt };
      const shown = { ...answer.object };
      await complete(entry, id, shown, limits);
      return entry.lookInto.length === 0
        ? { found: shown, readAt }
        : { found: withoutLookingInto(entry, shown), readAt, shown };
    },
    async listBelow(endpoint, id, signal) {
      const limits = createReadLimits({ bytesMax, clock, signal });
      return (await listAll({ endpoint, path: substitute(endpoint, () => id) }, limits)).members;
    },
    async event(id, signal) {
      const ask = async (endpoint: string, object: string): Promise<StripeObject> => {
        const sent = { method: 'GET', endpoint, path: substitute(endpoint, () => id), signal };
        return (await one(sent, { objects: [object], id })).object;
      };
      try {
        return await ask('/v1/events/{id}', 'event');
      } catch (error) {
        if (stripeFailureOf(error) !== 'missing') throw error;
        return ask('/v2/core/events/{id}', 'v2.core.event');
      }
    },
    post: (path, parameters, { idempotencyKey }) => change('POST', path, { parameters, options: { idempotencyKey } }),
    delete: (path) => change('DELETE', path, {}),
  };
}

/** What reading one object may take in all. */
interface ReadLimits {
  readonly signal: AbortSignal | undefined;
  /** @throws UnusableAnswer with this answer it is too much */
  note(answer: Answer): void;
}

function createReadLimits({
  bytesMax,
  clock,
  signal,
}: Pick<Asking, 'bytesMax' | 'clock'> & { signal: AbortSignal | undefined }): ReadLimits {
  const began = clock.now().getTime();
  let bytes = 0;
  return {
    signal,
    note({ arrived }) {
      bytes += arrived.bytes;
      if (bytes > bytesMax) throw new UnusableAnswer('too_large', `the object has more than ${bytesMax} bytes`);
      if (clock.now().getTime() - began > READ_MS)
        throw new UnusableAnswer('too_slow', `the object is not complete after ${READ_MS / 1_000} s`);
    },
  };
}

/** The answer says whose it is where it was asked for on behalf of an account. */
function refuseOtherAccount({ statusCode, headers }: Arrived, asked: string | undefined): void {
  const said = headers['stripe-account'];
  if (said === undefined || said === asked) return;
  const facts = { httpStatus: statusCode, requestId: headers['request-id'] };
  throw new UnusableAnswer('other_account', 'Stripe answered for another account', facts);
}

function refuse(
  objection: ReturnType<typeof objectionTo>,
  { method, endpoint }: Parameters<Request>[0],
  answer: Answer,
) {
  if (objection !== undefined) throw unusable(...objection, `${method} ${endpoint}`, answer);
}

function unusable(reason: Unusable, words: string, asked: string, { arrived }: Answer): UnusableAnswer {
  const { statusCode: httpStatus, headers } = arrived;
  return new UnusableAnswer(reason, `the answer to ${asked} is not what was asked for: ${words}`, {
    httpStatus,
    requestId: headers['request-id'],
  });
}

/** The SDK takes what the door refuses for a failure of the connection. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeConnectionError)) return error;
  return error.detail instanceof UnusableAnswer || error.detail instanceof LockstepError ? error.detail : error;
}

function unreadable(type: string): LockstepError {
  return new LockstepError('stripe_refused', `Stripe has no endpoint to read one ${type}`);
}

function addressOf(apiBase: string | undefined): Stripe.StripeConfig {
  if (apiBase === undefined) return {};
  let url: URL;
  try {
    url = new URL(apiBase);
  } catch (cause) {
    throw new LockstepError('option_invalid', 'STRIPE_API_BASE is not a URL', {
      hint: 'set it to a URL such as http://127.0.0.1:4747',
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

function errorDateOf(error: unknown, clock: Clock): Date {
  return parseDate(error instanceof Stripe.errors.StripeError ? error.headers?.['date'] : undefined, clock);
}

function paramOf(error: unknown): string | undefined {
  return error instanceof Stripe.errors.StripeError ? error.param : undefined;
}

// Without a Date the read is dated now: never earlier than Stripe's answer, so nothing older is shown over it.
function parseDate(header: string | undefined, clock: Clock): Date {
  const at = header === undefined ? NaN : Date.parse(header);
  return Number.isNaN(at) ? clock.now() : new Date(at);
}
