import { LockstepError } from '../../kernel/error.js';
import { answered } from '../api/answered.js';
import type { Operation } from '../api/operation.js';
import type { Api } from '../api/api.js';
import { Problem, invalid, missing } from '../api/problem.js';
import type { DeliveryLog } from '../delivery/delivery.js';
import type { FaultSwitch } from '../delivery/fault.js';
import { finishChallenge } from '../resources/challenge.js';
import { createKey } from '../resources/api-key.js';
import { anyObject, find } from './find.js';
import type { RequestLog } from './request-log.js';
import { rollSecret } from '../resources/webhook-endpoint.js';
import type { Fixture } from '../fixture.js';
import { asFixture } from '../fixture.js';
import type { Json } from '../state/rows.js';
import type { ClockControl } from '../contract.js';
import type { Store } from '../state/store.js';

export interface ControlOptions {
  api: Api;
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

type Route = (
  options: ControlOptions,
  sent: { query: URLSearchParams; body: Json; id: string },
) => Json | Promise<Json>;

const LISTED_MAX = 500;
/** Stripe lets two secrets overlap for a day (https://docs.stripe.com/webhooks#roll-endpoint-secrets). */
const ROLL_MAX_SECONDS = 86_400;

/** What the emulator offers beyond Stripe's API, for its own pages and for tests. */
const routes: Readonly<Record<string, Route>> = {
  'GET /_emulator/info': ({ store: { identity }, apiVersion, persisted }) => ({
    account: identity.account,
    livemode: false,
    api_version: apiVersion,
    publishable_key: identity.publishableKey,
    secret_key: identity.secretKey,
    persisted,
  }),
  'GET /_emulator/deliveries': ({ deliveries }, { query }) => {
    return { data: deliveries.newest(limitOf(query), query.get('event') ?? undefined) };
  },
  'GET /_emulator/requests': ({ requests }, { query }) => ({ data: requests.newest(limitOf(query)) }),
  'GET /_emulator/requests/:id': ({ requests }, { id }) => ({ ...(requests.get(id) ?? nothing('request', id)) }),
  'GET /_emulator/find': ({ api }, { query }) => ({
    data: api.internally(({ store }) => find(store, query.get('q') ?? '')),
  }),
  'GET /_emulator/objects/:id': ({ api }, { id }) =>
    api.internally((unit) => anyObject(unit, id)) ?? nothing('object', id),
  'GET /_emulator/faults': ({ faults }) => ({ ...faults.get() }),
  'POST /_emulator/faults': ({ faults }, { body }) => ({ ...faults.set(body) }),
  'POST /_emulator/reset': ({ reset }) => {
    reset();
    return {};
  },
  // The same file that the official command line takes: `{ "fixtures": [ … ] }`.
  'POST /_emulator/fixture': ({ fixture }, { body }) => fixture(asFixture(body)),
  'POST /_emulator/restricted_keys': ({ api }, { body }) => ({ key: api.internally((unit) => createKey(unit, body)) }),
  'GET /_emulator/operations': ({ operations }) => ({ ...answered(operations) }),
  'GET /_emulator/clock': ({ clock }) => ({ ...clock.get() }),
  'POST /_emulator/clock': ({ clock }, { body }) => {
    if (body.rate !== undefined) clock.setRate(Number(body.rate));
    if (body.advance_seconds !== undefined) clock.advance(Number(body.advance_seconds) * 1000);
    return { ...clock.get() };
  },
  'POST /_emulator/roll_secret/:id': ({ api }, { id, body }) => {
    const overlap = Number(body.overlap_seconds ?? 0);
    if (!(overlap >= 0 && overlap <= ROLL_MAX_SECONDS)) {
      throw invalid(`The old secret can go on for at most ${ROLL_MAX_SECONDS} seconds.`, 'overlap_seconds');
    }
    return api.internally((unit) => ({ ...rollSecret(unit, id, overlap) }));
  },
  'POST /_emulator/three_d_secure/:id': ({ api }, { id, body }) => {
    const store = api.storeWith(
      (unit) => (unit.find('payment_intent', id) ?? unit.find('setup_intent', id)) !== undefined,
    );
    return api.internally((unit) => finishChallenge(unit, id, body.client_secret, body.outcome), store);
  },
};

/** Answers an address below `/_emulator/`. */
export async function control(
  options: ControlOptions,
  verb: string,
  path: string,
  query: string,
  body: string,
): Promise<ControlReply> {
  const [, noun = '', id = ''] = /^\/_emulator\/(\w+)\/([^/]+)$/.exec(path) ?? [];
  const route = routes[`${verb} ${noun === '' ? path : `/_emulator/${noun}/:id`}`];
  if (route === undefined) return refusal(404, 'not_found', `there is nothing at ${verb} ${path}`);
  try {
    const sent: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw new SyntaxError('not an object');
    const at = { query: new URLSearchParams(query), body: sent as Json, id: decodeURIComponent(id) };
    return { status: 200, body: await route(options, at) };
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, body: error.toJson('req_emulator') };
    if (error instanceof LockstepError) return refusal(400, error.code, error.message, error.hint);
    if (error instanceof SyntaxError || error instanceof URIError)
      return refusal(400, 'request_invalid', 'the body must be a JSON object, the address one that can be read');
    throw error;
  }
}

const limitOf = (query: URLSearchParams): number =>
  Math.min(Math.max(Number(query.get('limit') ?? 50) || 50, 1), LISTED_MAX);

function nothing(title: string, id: string): never {
  throw missing(title, id, 'id', 404);
}

function refusal(status: number, code: string, message: string, hint?: string): ControlReply {
  return { status, body: { error: { code, message, hint: hint ?? null } } };
}
