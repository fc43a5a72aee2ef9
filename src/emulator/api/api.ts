import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import { randomText } from '../state/id.js';
import type { Resources } from '../state/resource.js';
import type { Json } from '../state/rows.js';
import type { Store } from '../state/store.js';
import { storeOf } from '../state/store.js';
import { Unit } from '../state/unit.js';
import type { ExpansionTable } from './expand.js';
import { expandAll } from './expand.js';
import { decodeForm } from './form.js';
import { Idempotency } from './idempotency.js';
import { keyKind, secretRequired } from './key.js';
import type { Operation } from './operation.js';
import { isHash, listOf, readParams, text } from './params.js';
import { Problem, invalid, notBuilt } from './problem.js';
import type { Found } from './router.js';
import { Router } from './router.js';
import { sdkOperation } from './sdk-operations.js';

export interface ApiOptions {
  store: Store;
  resources: Resources;
  operations: readonly Operation[];
  expansions: ExpansionTable;
  clock: Clock;
  log: Log;
  apiVersion: string;
  /** The time of the test clock that the call's objects live in; undefined for the emulator's own. */
  timeOf(unit: Unit, at: Readonly<Record<string, string>>, params: Json): number | undefined;
  /** How long each request waits first: a fault to switch on. */
  latencyMs(): number;
  /** What to answer this request without doing anything: a fault to switch on. */
  refuses(): 429 | 500 | undefined;
  /** Called when a request's work stands. */
  commit(unit: Unit): void;
}

export interface ApiRequest {
  verb: string;
  /** Without the query. */
  path: string;
  query: string;
  body: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface ApiReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const expandParam = listOf(text(), 50);
const VERSION = /^\d{4}-\d{2}-\d{2}(\.\w+)?$/;

/** Stripe's API as a function from request to reply: key, address, idempotency, parameters, work, expansion, errors. */
export class Api {
  readonly #options: ApiOptions;
  readonly #router: Router;
  readonly #idempotency = new Idempotency();

  constructor(options: ApiOptions) {
    this.#options = options;
    this.#router = new Router(options.operations);
  }

  /** Never rejects: whatever goes wrong is answered in Stripe's shape. */
  async handle(request: ApiRequest): Promise<ApiReply> {
    const requestId = `req_${randomText(14)}`;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': header(request, 'stripe-version') ?? this.#options.apiVersion,
    };
    try {
      refuse(this.#options.refuses(), headers);
      return await this.#answer(request, requestId, headers);
    } catch (error) {
      const problem = this.#problem(error, request);
      // Without this the SDK would retry what can never succeed.
      if (problem.status > 500) headers['stripe-should-retry'] = 'false';
      return { status: problem.status, headers, body: JSON.stringify(problem.toJson(requestId), null, 2) };
    }
  }

  /** Work that comes from no request, e.g. of the emulator's own pages. */
  internally<T>(work: (unit: Unit) => T, store = this.#options.store): T {
    const unit = this.#unit(store, null, null);
    try {
      return this.#settle(unit, () => work(unit));
    } finally {
      // What was undone makes no events; what stays in spite of a problem does.
      this.#commit(unit);
    }
  }

  async #answer(request: ApiRequest, requestId: string, headers: Record<string, string>): Promise<ApiReply> {
    const { key: inParameters, ...params } = parametersOf(request);
    const kind = keyKind(header(request, 'authorization'), inParameters);
    checkVersion(header(request, 'stripe-version'));
    const store = this.#storeFor(header(request, 'stripe-account'));
    const found = this.#find(request);
    if (kind === 'publishable' && !found.operation.publishable) throw secretRequired();
    const work = (idempotencyKey: string | null): { status: number; body: string } =>
      this.#work(found, params, kind, this.#unit(store, requestId, idempotencyKey));

    const sentKey = request.verb === 'POST' ? header(request, 'idempotency-key') : undefined;
    // A key belongs to one account: the same word in another one is another key.
    const key = sentKey === undefined ? undefined : `${store.identity.account} ${sentKey}`;
    const latency = this.#options.latencyMs();
    if (key === undefined) {
      if (latency > 0) await this.#options.clock.sleep(latency);
      return { ...work(null), headers };
    }
    headers['idempotency-key'] = sentKey ?? '';
    const fingerprint = JSON.stringify([request.path, header(request, 'stripe-account') ?? '', params]);
    const first = this.#idempotency.begin(key, fingerprint, this.#now());
    if (first !== undefined) {
      headers['idempotent-replayed'] = 'true';
      headers['original-request'] = first.requestId;
      return { status: first.status, headers, body: first.body };
    }
    if (latency > 0) await this.#options.clock.sleep(latency);
    try {
      const done = work(sentKey ?? null);
      this.#idempotency.finish(key, { ...done, requestId });
      headers['original-request'] = requestId;
      return { ...done, headers };
    } catch (error) {
      this.#idempotency.release(key);
      throw error;
    }
  }

  /**
   * Throws for what was refused before anything ran; once the work has begun, also its failure is an answer to keep.
   */
  #work(found: Found, sent: Json, key: 'secret' | 'publishable', unit: Unit): { status: number; body: string } {
    const { operation, at } = found;
    const { expand, ...rest } = sent;
    const params = readParams(operation.params, rest);
    const paths = expand === undefined ? [] : expandParam.read(expand, 'expand');
    try {
      const answer = this.#settle(unit, () => {
        const now = this.#options.timeOf(unit, at, params) ?? unit.now;
        const object = unit.during(now, () => operation.run({ unit, at, params, key }));
        return JSON.stringify(paths.length === 0 ? object : expandAll(this.#options.expansions, unit, object, paths));
      });
      this.#commit(unit);
      return { status: 200, body: answer };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#commit(unit);
      return { status: error.status, body: JSON.stringify(error.toJson(unit.origin.request ?? ''), null, 2) };
    }
  }

  #commit(unit: Unit): void {
    this.#options.commit(unit);
    for (const work of unit.takeLater()) this.internally(work, unit.store);
  }

  /** All of the work or none, unless its problem says that what was done stays. */
  #settle<T>(unit: Unit, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Problem && error.keeps)) unit.rollback();
      throw error;
    }
  }

  #find({ verb, path }: ApiRequest): Found {
    const found = this.#router.find(verb, path);
    if (found !== undefined) return found;
    const known = sdkOperation(verb, path);
    if (known !== undefined) throw notBuilt(known);
    throw invalid(
      `Unrecognized request URL (${verb}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
      undefined,
      undefined,
      404,
    );
  }

  #storeFor(account: string | undefined): Store {
    const own = this.#options.store;
    const store = account === undefined ? own : storeOf(own, account);
    if (store !== undefined) return store;
    throw invalid(
      `The provided key does not have access to account '${account ?? ''}' (or that account does not exist). Application access may have been revoked.`,
      undefined,
      'account_invalid',
      403,
    );
  }

  #unit(store: Store, requestId: string | null, idempotencyKey: string | null): Unit {
    return new Unit(store, this.#options.resources, this.#now(), { request: requestId, idempotencyKey });
  }

  #now(): number {
    return Math.floor(this.#options.clock.now().getTime() / 1000);
  }

  #problem(error: unknown, request: ApiRequest): Problem {
    if (error instanceof Problem) return error;
    this.#options.log.error({
      event: 'emulator.request.broken',
      verb: request.verb,
      path: request.path,
      error: error instanceof Error ? error.stack : messageOf(error),
    });
    return new Problem(500, 'An error occurred inside the local emulator; its log has the details.', {
      type: 'api_error',
    });
  }
}

function parametersOf({ verb, path, query, body, headers }: ApiRequest): Json {
  if (path.startsWith('/v2/')) return { ...decodeForm(query), ...(body === '' ? {} : decodeJson(body)) };
  const type = headers['content-type'];
  if (body !== '' && typeof type === 'string' && !type.startsWith('application/x-www-form-urlencoded')) {
    throw invalid(
      'Invalid request (check that your POST content type is application/x-www-form-urlencoded). ' +
        'If you have questions, we can help at https://support.stripe.com/.',
    );
  }
  return { ...decodeForm(query), ...(verb === 'GET' ? {} : decodeForm(body)) };
}

/** The second API is sent JSON; its values are read like those of a form. */
function decodeJson(body: string): Json {
  try {
    const sent: unknown = JSON.parse(body);
    if (isHash(sent)) return asForm(sent) as Json;
  } catch {
    // Said below.
  }
  throw invalid('The request body is no JSON object.');
}

function asForm(value: unknown): unknown {
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return String(value);
  if (Array.isArray(value)) return value.map(asForm);
  if (isHash(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asForm(item)]));
  return '';
}

/** @throws Problem as Stripe has it when it is too much for it, or broken. */
function refuse(status: 429 | 500 | undefined, headers: Record<string, string>): void {
  if (status === undefined) return;
  if (status === 500) throw new Problem(500, 'An unknown error occurred.', { type: 'api_error' });
  headers['stripe-rate-limited-reason'] = 'endpoint-rate';
  throw new Problem(
    429,
    'Request rate limit exceeded. Learn more about rate limits at https://stripe.com/docs/rate-limits.',
    {
      type: 'invalid_request_error',
      code: 'rate_limit',
    },
  );
}

function checkVersion(version: string | undefined): void {
  if (version === undefined || VERSION.test(version)) return;
  throw invalid(`Invalid Stripe API version: ${version}`);
}

function header({ headers }: ApiRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
