import { API_VERSION } from '../../../src/catalog/generated/api-version.js';
import type { Clock } from '../../../src/kernel/clock.js';
import { messageOf } from '../../../src/kernel/error.js';
import type { Log } from '../../../src/kernel/log.js';
import { randomText } from '../state/id.js';
import type { ChosenIds } from '../state/chosen-ids.js';
import type { Json } from '../state/rows.js';
import type { Store } from '../state/store.js';
import { allStores, storeOf } from '../state/store.js';
import type { Rules } from '../state/rules.js';
import { Unit } from '../state/unit.js';
import type { ExpansionTable } from './expand.js';
import { expandAll } from './expand.js';
import type { Idempotency } from './idempotency.js';
import type { ApiCaller } from './key.js';
import { callerOf, publishableRequired, secretRequired } from './key.js';
import { wordsIn } from './list-search.js';
import type { EndpointDeliveries, Operation } from './operation.js';
import { listOf, readParams, text } from './params.js';
import { checkPermission } from './permission.js';
import { Problem, invalid, notBuilt } from './problem.js';
import type { RateLimiter } from './rate-limit.js';
import type { ApiReply, ApiRequest } from './request.js';
import { header, keyInParameters, ownClient, parametersOf } from './request.js';
import type { FoundRoute } from './router.js';
import type { Router } from './router.js';
import { sdkOperation } from './sdk-operations.js';
import type { Trouble } from './trouble.js';
import { Injected, NO_TROUBLE, RateLimited, brokenProblem, refuse } from './trouble.js';

export interface EmulatorApiOptions {
  store: Store;
  rules: Rules;
  /** Finds the operation of an address. */
  router: Router;
  deliveries: EndpointDeliveries;
  clock: Clock;
  log: Log;
  /** Of a request that names none. */
  apiVersion: string;
  /** First answers by idempotency key; kept with the store. */
  idempotency: Idempotency;
  /** The ids that a test chose for what is created next. */
  chosenIds: Pick<ChosenIds, 'during'>;
  limiter: RateLimiter;
  /** The time of the test clock that the call's objects live in; undefined for the emulator's own. */
  timeOf(unit: Unit, at: Readonly<Record<string, string>>, params: Json): number | undefined;
  /** How long each request waits first: a fault to switch on. */
  latencyMs(): number;
  /** What goes wrong with this request: faults to switch on. */
  trouble(verb: string): Trouble;
  versions: Versions;
  /** Called when a request's work is final. */
  commit(unit: Unit): void;
}

/** What depends on the version that was asked for. */
export interface Versions {
  isKnown(version: string): boolean;
  /** What was sent, in the words of the current version. @param named whether the request names the version itself */
  parameters(version: string, operation: Operation, sent: Json, named: boolean): Json;
  expansions(version: string): ExpansionTable;
  /** An answer in its shape. */
  shape(version: string, object: Json, store: Store): Json;
}

/** One request being answered, when it is known what it is. */
interface Asked {
  found: FoundRoute;
  params: Json;
  caller: ApiCaller;
  store: Store;
  requestId: string;
  /** The API version to answer in, and whether the request names it. */
  version: string;
  named: boolean;
  trouble: Trouble;
  /** The dashboard's search of a list. */
  words: readonly string[];
}

const expandParam = listOf(text(), 50);

const faultOf = (problem: Problem): Pick<ApiReply, 'fault'> =>
  problem instanceof Injected ? { fault: problem.fault } : {};

/** Stripe's API as a function from request to reply: key, address, idempotency, parameters, work, expansion, errors. */
export class Api {
  readonly #options: EmulatorApiOptions;

  constructor(options: EmulatorApiOptions) {
    this.#options = options;
  }

  /** Never rejects: every mistake is answered in Stripe's shape. */
  async handle(request: ApiRequest): Promise<ApiReply> {
    const requestId = `req_${randomText(14)}`;
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'request-id': requestId,
      'stripe-version': this.#versionOf(request),
    };
    const trouble = ownClient(request.headers) === undefined ? this.#options.trouble(request.verb) : NO_TROUBLE;
    try {
      refuse(trouble);
      const reply = await this.#answer(request, requestId, headers, trouble);
      return trouble.cut ? { ...reply, cut: true, fault: 'cut_every' } : reply;
    } catch (error) {
      const problem = this.#problem(error, request);
      if (problem instanceof RateLimited) headers['stripe-rate-limited-reason'] = problem.reason;
      // Without this the SDK would retry what can never succeed.
      if (problem.status > 500) headers['stripe-should-retry'] = 'false';
      return {
        status: problem.status,
        headers,
        body: JSON.stringify(problem.toJson(requestId, this.#options.store.origin), null, 2),
        ...faultOf(problem),
      };
    }
  }

  /** Work without a request, for example of the emulator's own pages. */
  internally<T>(work: (unit: Unit) => T, store = this.#options.store): T {
    const unit = this.#unit(store, null, null);
    try {
      return this.#settle(unit, () => work(unit));
    } finally {
      // What was undone makes no events; what stays in spite of a problem does.
      this.#commit(unit);
    }
  }

  /** The account in which something is found, the own one first; undefined when it is in none. */
  storeWith(found: (unit: Unit) => boolean): Store | undefined {
    return allStores(this.#options.store).find((store) => found(this.#unit(store, null, null)));
  }

  async #answer(
    request: ApiRequest,
    requestId: string,
    headers: Record<string, string>,
    trouble: Trouble,
  ): Promise<ApiReply> {
    const caller = callerOf(header(request, 'authorization'), keyInParameters(request));
    if (request.guest === true && caller.kind !== 'publishable') throw publishableRequired();
    this.#checkVersion(header(request, 'stripe-version'));
    const store = this.#storeFor(header(request, 'stripe-account'));
    const version = this.#versionOf(request);
    const found = this.#find(request, version);
    if (caller.kind === 'publishable' && !found.operation.publishable) throw secretRequired();
    checkPermission(store, caller, found.operation);
    const own = ownClient(request.headers) !== undefined;
    if (!own) this.#options.limiter.count(store.identity.account, found.operation);
    const params = await parametersOf(request);
    delete params['key'];
    const named = header(request, 'stripe-version') !== undefined;
    const words = own ? wordsIn(header(request, 'lockstep-search')) : [];
    const asked: Asked = { found, params, caller, store, requestId, version, named, trouble, words };

    const sentKey = request.verb === 'POST' ? header(request, 'idempotency-key') : undefined;
    const latency = own ? 0 : this.#options.latencyMs();
    if (sentKey === undefined) {
      if (latency > 0) await this.#options.clock.sleep(latency);
      return { ...this.#work(asked, null), headers };
    }
    // A key belongs to one account: the same word in another one is another key.
    const key = `${store.identity.account} ${sentKey}`;
    const { idempotency } = this.#options;
    headers['idempotency-key'] = sentKey;
    const fingerprint = JSON.stringify([request.path, header(request, 'stripe-account') ?? '', params]);
    const first = idempotency.begin(key, fingerprint, this.#now());
    if (first !== undefined) {
      headers['idempotent-replayed'] = 'true';
      headers['original-request'] = first.requestId;
      return { status: first.status, headers, body: first.body };
    }
    try {
      if (latency > 0) await this.#options.clock.sleep(latency);
      const done = this.#work(asked, sentKey);
      idempotency.finish(key, { status: done.status, body: done.body, requestId });
      headers['original-request'] = requestId;
      return { ...done, headers };
    } catch (error) {
      idempotency.release(key);
      throw error;
    }
  }

  /**
   * Throws for what was refused before anything ran; once the work has begun, also its failure is an answer to keep, be
   * it a 500 (https://docs.stripe.com/api/idempotent_requests).
   */
  #work(asked: Asked, idempotencyKey: string | null): Omit<ApiReply, 'headers'> {
    const { found, params: sent, caller, store, requestId, version, named, trouble, words } = asked;
    const { operation, at } = found;
    const { versions, deliveries } = this.#options;
    const { expand, ...rest } = versions.parameters(version, operation, sent, named);
    const params = readParams(operation.params, rest);
    const paths = expand === undefined ? [] : expandParam.read(expand, 'expand');
    const unit = this.#unit(store, requestId, idempotencyKey);
    unit.words = words;
    if (trouble.staleMs > 0) unit.readAsBefore(trouble.staleMs);
    try {
      const answer = this.#settle(unit, () => {
        const now = this.#options.timeOf(unit, at, params) ?? unit.now;
        const object = unit.during(now, () => operation.run({ unit, at, params, key: caller.kind, deliveries }));
        if (trouble.broken) throw brokenProblem('break_every');
        const whole = paths.length === 0 ? object : expandAll(versions.expansions(version), unit, object, paths);
        return JSON.stringify(versions.shape(version, whole, store));
      });
      this.#commit(unit);
      return { status: 200, body: answer };
    } catch (error) {
      const problem = this.#problem(error, found.operation);
      this.#commit(unit);
      return {
        status: problem.status,
        // An error may carry an object, such as the payment that failed.
        body: JSON.stringify(versions.shape(version, problem.toJson(requestId, store.origin), store), null, 2),
        ...faultOf(problem),
      };
    }
  }

  #commit(unit: Unit): void {
    this.#options.commit(unit);
    for (const { work, store } of unit.takeLater()) this.internally(work, store);
  }

  /** All of the work or none, unless its problem says that the work is kept. */
  #settle<T>(unit: Unit, work: () => T): T {
    return this.#options.chosenIds.during(() => {
      try {
        return work();
      } catch (error) {
        if (!(error instanceof Problem && error.keeps)) unit.rollback();
        throw error;
      }
    });
  }

  #find({ verb, path }: ApiRequest, version: string): FoundRoute {
    const found = this.#options.router.find(verb, path);
    const { until } = found?.operation ?? {};
    if (found !== undefined && (until === undefined || version.slice(0, 10) < until)) return found;
    const known = found === undefined ? sdkOperation(verb, path) : undefined;
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
    return new Unit(store, this.#options.rules, this.#now(), { request: requestId, idempotencyKey });
  }

  /** The emulator's own pages always read the current one. */
  #versionOf(request: ApiRequest): string {
    const own = ownClient(request.headers) !== undefined;
    return header(request, 'stripe-version') ?? (own ? API_VERSION : this.#options.apiVersion);
  }

  #checkVersion(version: string | undefined): void {
    if (version === undefined || this.#options.versions.isKnown(version)) return;
    throw invalid(`Invalid Stripe API version: ${version}`);
  }

  #now(): number {
    return Math.floor(this.#options.clock.now().getTime() / 1000);
  }

  #problem(error: unknown, request: { verb: string; path: string }): Problem {
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
