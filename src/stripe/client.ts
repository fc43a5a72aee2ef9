import Stripe from 'stripe';
import { API_VERSION } from '../catalog/generated/api-version.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { createBudget, type Budget, type BudgetRates } from './budget.js';
import { createDoor, type Arrived, type StripeDoor } from './door.js';
import { stripeFailureOf } from './failure.js';
import type { StripeObject } from './gateway.js';
import type { Transport } from './transport.js';
import type { Turns } from './turns.js';
import { UnusableAnswer } from './unusable.js';

/** The limits of requests to Stripe and their answers. */
export interface StripeLimits {
  readonly rates: BudgetRates;
  /** Milliseconds from sending a request to the last byte of its answer. */
  readonly answerMs: number;
  /** The most bytes of one answer. */
  readonly answerMaxBytes: number;
  /** Milliseconds for all answers of one object whose lists are read completely. */
  readonly readMs: number;
  /** The most bytes of these answers together. */
  readonly readMaxBytes: number;
  /** The most pages of one list that is read completely. */
  readonly pagesMax: number;
  /** Tries of a request that is answered 429. */
  readonly throttledTries: number;
}

export interface ClientConfig {
  readonly secretKey: string;
  /** Another Stripe, such as the emulator: `http://127.0.0.1:4747`. Default: Stripe. */
  readonly apiBase?: string | undefined;
  readonly limits: StripeLimits;
}

export interface ClientDeps {
  /** Sends the requests. */
  readonly transport: Transport;
  readonly clock: Clock;
  /** Before each request. */
  readonly onRequest?: (() => void) | undefined;
  /** After each answer, and after each request that got none. */
  readonly onAnswer?: ((answer: AnswerFacts) => void) | undefined;
  /** Where all processes that use the key reserve their requests. Default: this process is the only one. */
  readonly turns?: Turns | undefined;
}

/** How one request ended. */
export interface AnswerFacts {
  /** The HTTP status of the answer; null: there was none. */
  status: number | null;
  /** Why Stripe limits requests, as it says with a 429; null: it does not say. */
  limitedReason: string | null;
  seconds: number;
}

export interface Request {
  method: string;
  /** The path with its placeholders: all ids share one rate. */
  endpoint: string;
  path: string;
  parameters?: object | undefined;
  options?: Stripe.RawRequestOptions | undefined;
  signal?: AbortSignal | undefined;
}

/** An answer that passed the door. Its object is not checked yet. */
export interface StripeAnswer {
  object: StripeObject;
  arrived: Arrived;
}

/** Stripe's SDK with the pinned API version. It waits for the budget, and gets its answers through the door. */
export interface Client {
  /**
   * @throws UnusableAnswer the answer is not one of Stripe's
   * @throws stopped `signal` was aborted
   */
  send(request: Request): Promise<StripeAnswer>;
  /** How long a request to this endpoint would wait for its rate, in milliseconds. */
  waitMs(method: string, endpoint: string): number;
}

export function createClient(
  { secretKey, apiBase, limits }: ClientConfig,
  { transport, clock, onRequest, onAnswer, turns }: ClientDeps,
): Client {
  const { answerMs: timeoutMs, answerMaxBytes: bodyMaxBytes } = limits;
  const door = createDoor({ transport, clock, timeoutMs, bodyMaxBytes });
  const stripe = new Stripe(secretKey, {
    ...addressOf(apiBase),
    httpClient: door.client,
    apiVersion: API_VERSION,
    maxNetworkRetries: 0, // we retry ourselves: the SDK's retries would hide 429s from the budget
    telemetry: false,
    appInfo: { name: 'lockstep' },
  });
  const budget = createBudget(limits.rates, clock, turns);
  return {
    send: (request) =>
      withinBudget(request, {
        budget,
        tries: limits.throttledTries,
        ask: () => {
          onRequest?.();
          return onAnswer === undefined
            ? ask(stripe, door, request)
            : watched(() => ask(stripe, door, request), { clock, onAnswer });
        },
      }),
    waitMs: (method, endpoint) => budget.waitMs(`${method} ${endpoint}`),
  };
}

interface Attempts {
  budget: Budget;
  tries: number;
  ask: () => Promise<StripeAnswer>;
}

/** Waits and tries again after a 429 of Stripe's, a few times. */
async function withinBudget(
  { method, endpoint, signal }: Request,
  { budget, tries, ask }: Attempts,
): Promise<StripeAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    await budget.take(`${method} ${endpoint}`, signal);
    if (signal?.aborted) throw new LockstepError('stopped', 'Stopped before the request was sent');
    try {
      return await ask();
    } catch (thrown) {
      const error = causeOf(thrown);
      if (stripeFailureOf(error) !== 'throttled' || attempt === tries) throw error;
      budget.hold(`${method} ${endpoint}`, 250 * 2 ** attempt);
      if (error instanceof UnusableAnswer) throw error; // a proxy's 429 says nothing about Stripe's own limit
    }
  }
}

/** Sends a request and tells how it ended. A request that we ended ourselves is not told. */
async function watched(
  send: () => Promise<StripeAnswer>,
  { clock, onAnswer }: { clock: Clock; onAnswer: (answer: AnswerFacts) => void },
): Promise<StripeAnswer> {
  const began = clock.now().getTime();
  const tell = (status: number | null, limitedReason: string | null): void =>
    onAnswer({ status, limitedReason, seconds: Math.max(0, clock.now().getTime() - began) / 1_000 });
  try {
    const answer = await send();
    tell(answer.arrived.statusCode, null);
    return answer;
  } catch (error) {
    const cause = causeOf(error);
    if (cause instanceof UnusableAnswer) tell(cause.httpStatus ?? null, null);
    else if (cause instanceof Stripe.errors.StripeError)
      tell(cause.statusCode ?? null, cause.headers?.['stripe-rate-limited-reason'] ?? null);
    throw error;
  }
}

async function ask(stripe: Stripe, door: StripeDoor, request: Request): Promise<StripeAnswer> {
  const { method, path, parameters, options, signal } = request;
  const work = (additionalHeaders: Record<string, string>): Promise<unknown> =>
    stripe.rawRequest(method, path, parameters, { ...options, additionalHeaders });
  const object = (await door.within(signal, work)) as StripeObject & { lastResponse: Arrived };
  refuseOtherAccount(object.lastResponse, options?.stripeAccount);
  return { object, arrived: object.lastResponse };
}

/** Refuses an answer for another account. Stripe names the account in the answer to a request with `Stripe-Account`. */
function refuseOtherAccount({ statusCode, headers }: Arrived, asked: string | undefined): void {
  const said = headers['stripe-account'];
  if (said === undefined || said === asked) return;
  const facts = { httpStatus: statusCode, requestId: headers['request-id'] };
  throw new UnusableAnswer('other_account', 'Stripe answered for another account', facts);
}

/** The door's own error. The SDK wraps it as a connection error. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeConnectionError)) return error;
  return error.detail instanceof UnusableAnswer || error.detail instanceof LockstepError ? error.detail : error;
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
