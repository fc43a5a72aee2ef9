import { LockstepError } from '../../../src/kernel/error.js';
import { answered } from '../api/answered.js';
import type { Operation } from '../api/operation.js';
import type { Api } from '../api/api.js';
import { Problem, invalid, missing } from '../api/problem.js';
import type { DeliveryLog } from '../delivery/delivery.js';
import type { FaultSwitch } from '../delivery/fault.js';
import { finishChallenge } from '../nouns/payment-intent/challenge.js';
import { createKey } from '../nouns/api-key/create.js';
import { anyObject, find } from './find.js';
import type { RequestLog } from './request-log.js';
import { rollSecret } from '../nouns/webhook-endpoint/operations.js';
import type { Droppable, Namespaces } from '../namespaces/namespaces.js';
import type { Fixture } from '../fixture.js';
import { asFixture } from '../fixture.js';
import type { Json } from '../state/rows.js';
import type { ClockControl } from '../contract.js';
import type { Store } from '../state/store.js';

export interface ControlOptions {
  api: Api;
  /** The name of the namespace that it controls; null: the default account. */
  namespace: string | null;
  /** All of the server's. */
  namespaces: Pick<Namespaces<Droppable>, 'drop' | 'find' | 'list' | 'open'>;
  store: Store;
  apiVersion: string;
  persisted: boolean;
  deliveries: DeliveryLog;
  requests: RequestLog;
  faults: FaultSwitch;
  clock: ClockControl;
  operations: readonly Operation[];
  reset: () => void;
  fixture: (fixture: Fixture) => Promise<Json>;
}

export interface ControlReply {
  status: number;
  body: Json;
}

interface Sent {
  query: URLSearchParams;
  body: Json;
  id: string;
}

interface Route {
  answer: (options: ControlOptions, sent: Sent) => Json | Promise<Json>;
  /** The names it reads of the query. Default: none. */
  query?: readonly string[];
  /** The fields it reads of the body, each with what is right; `checked`: its work looks at them. Default: none. */
  body?: Readonly<Record<string, Check>> | 'checked';
}

/** What a field must be, in words, and whether a value is. */
interface Check {
  words: string;
  fits: (value: unknown) => boolean;
}

const number: Check = { words: 'a number', fits: (value) => typeof value === 'number' && Number.isFinite(value) };
const text: Check = { words: 'a string', fits: (value) => typeof value === 'string' };

const LISTED_MAX = 500;
/** Stripe lets two secrets overlap for a day (https://docs.stripe.com/webhooks#roll-endpoint-secrets). */
const ROLL_MAX_SECONDS = 86_400;

/** What the emulator offers beyond Stripe's API, for its own pages and for tests. */
const routes: Readonly<Record<string, Route>> = {
  'GET /_emulator/info': {
    answer: ({ store: { identity }, namespace, apiVersion, persisted }) => ({
      account: identity.account,
      namespace,
      livemode: false,
      api_version: apiVersion,
      publishable_key: identity.publishableKey,
      secret_key: identity.secretKey,
      persisted,
    }),
  },
  'GET /_emulator/namespaces': { answer: ({ namespaces }) => ({ data: namespaces.list() }) },
  'POST /_emulator/namespaces': {
    body: { name: text },
    answer: ({ namespaces }, { body }) => {
      const { name } = namespaces.open(body.name as string | undefined);
      return { ...namespaces.list().find((one) => one.name === name) };
    },
  },
  'DELETE /_emulator/namespaces/:id': {
    answer: ({ namespaces }, { id }) => ({ name: id, dropped: namespaces.drop(id) }),
  },
  'GET /_emulator/deliveries': {
    query: ['event', 'limit'],
    answer: ({ deliveries }, { query }) => ({
      data: deliveries.newest(limitOf(query), query.get('event') ?? undefined),
    }),
  },
  'GET /_emulator/requests': {
    query: ['limit'],
    answer: ({ requests }, { query }) => ({ data: requests.newest(limitOf(query)) }),
  },
  'GET /_emulator/requests/:id': {
    answer: ({ requests }, { id }) => ({ ...(requests.get(id) ?? nothing('request', id)) }),
  },
  'GET /_emulator/find': {
    query: ['q'],
    answer: ({ api }, { query }) => ({ data: api.internally((unit) => find(unit, query.get('q') ?? '')) }),
  },
  'GET /_emulator/objects/:id': {
    answer: ({ api }, { id }) => api.internally((unit) => anyObject(unit, id)) ?? nothing('object', id),
  },
  'GET /_emulator/faults': { answer: ({ faults }) => ({ ...faults.get() }) },
  'POST /_emulator/faults': { body: 'checked', answer: ({ faults }, { body }) => ({ ...faults.set(body) }) },
  'POST /_emulator/reset': {
    answer: ({ reset }) => {
      reset();
      return {};
    },
  },
  // The same file that the official command line takes: `{ "fixtures": [ … ] }`.
  'POST /_emulator/fixture': { body: 'checked', answer: ({ fixture }, { body }) => fixture(asFixture(body)) },
  'POST /_emulator/restricted_keys': {
    body: 'checked',
    answer: ({ api }, { body }) => ({ key: api.internally((unit) => createKey(unit, body)) }),
  },
  'GET /_emulator/operations': { answer: ({ operations }) => ({ ...answered(operations) }) },
  'GET /_emulator/clock': { answer: ({ clock }) => ({ ...clock.get() }) },
  'POST /_emulator/clock': {
    body: { rate: number, advance_seconds: number },
    answer: ({ clock }, { body }) => {
      const { rate: before } = clock.get();
      if (body.rate !== undefined) clock.setRate(Number(body.rate));
      try {
        if (body.advance_seconds !== undefined) clock.advance(Number(body.advance_seconds) * 1000);
      } catch (error) {
        clock.setRate(before); // what is refused changes nothing
        throw error;
      }
      return { ...clock.get() };
    },
  },
  'POST /_emulator/roll_secret/:id': {
    body: { overlap_seconds: number },
    answer: ({ api }, { id, body }) => {
      const overlap = Number(body.overlap_seconds ?? 0);
      if (!(overlap >= 0 && overlap <= ROLL_MAX_SECONDS)) {
        throw invalid(`The old secret can go on for at most ${ROLL_MAX_SECONDS} seconds.`, 'overlap_seconds');
      }
      return api.internally((unit) => ({ ...rollSecret(unit, id, overlap) }));
    },
  },
  'POST /_emulator/three_d_secure/:id': {
    body: { client_secret: text, outcome: text },
    answer: ({ api }, { id, body }) => {
      const store = api.storeWith(
        (unit) => (unit.find('payment_intent', id) ?? unit.find('setup_intent', id)) !== undefined,
      );
      return api.internally((unit) => finishChallenge(unit, id, body.client_secret, body.outcome), store);
    },
  },
};

interface ControlRequest {
  verb: string;
  path: string;
  query: string;
  body: string;
}

/** Answers an address below `/_emulator/`. */
export async function control(
  options: ControlOptions,
  { verb, path, query, body }: ControlRequest,
): Promise<ControlReply> {
  const [, noun = '', id = ''] = /^\/_emulator\/(\w+)\/([^/]+)$/.exec(path) ?? [];
  const name = `${verb} ${noun === '' ? path : `/_emulator/${noun}/:id`}`;
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined) return refusal(404, 'not_found', `there is nothing at ${verb} ${path.slice(0, 200)}`);
  try {
    const sent = { query: new URLSearchParams(query), body: bodyOf(body), id: decodeURIComponent(id) };
    check(route, sent);
    return { status: 200, body: await route.answer(options, sent) };
  } catch (error) {
    if (error instanceof Problem)
      return { status: error.status, body: error.toJson('req_emulator', options.store.origin) };
    if (error instanceof LockstepError) return refusal(400, error.code, error.message, error.hint);
    if (error instanceof URIError) return refusal(400, 'request_invalid', 'the address cannot be read');
    throw error;
  }
}

function bodyOf(body: string): Json {
  try {
    const sent: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) return sent as Json;
  } catch {
    // Said below.
  }
  throw wrong('the body is not a JSON object');
}

/** @throws LockstepError `request_invalid` for a name that is not known, or a value that does not fit. */
function check({ query: names = [], body: fields = {} }: Route, { query, body }: Sent): void {
  for (const name of query.keys()) if (!names.includes(name)) throw unknownName(name, names);
  const limit = query.get('limit');
  if (limit !== null && !/^\d{1,9}$/.test(limit)) throw wrong('limit must be a whole number');
  if (fields === 'checked') return;
  for (const [name, value] of Object.entries(body)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw unknownName(name, Object.keys(fields));
    if (!field.fits(value)) throw wrong(`${name} must be ${field.words}`);
  }
}

const wrong = (message: string, hint?: string): LockstepError =>
  new LockstepError('request_invalid', message, hint === undefined ? {} : { hint });

const unknownName = (name: string, known: readonly string[]): LockstepError =>
  wrong(
    `Unknown parameter "${name.slice(0, 100)}"`,
    known.length === 0 ? 'this route takes no parameters' : `the parameters are ${known.join(', ')}`,
  );

const limitOf = (query: URLSearchParams): number =>
  Math.min(Math.max(Number(query.get('limit') ?? 50) || 50, 1), LISTED_MAX);

function nothing(title: string, id: string): never {
  throw missing(title, id, 'id', 404);
}

function refusal(status: number, code: string, message: string, hint?: string): ControlReply {
  return { status, body: { error: { code, message, hint: hint ?? null } } };
}
