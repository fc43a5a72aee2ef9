import { answered } from '../api/answered.js';
import { invalid, missing } from '../api/problem.js';
import { asFixture } from '../fixture.js';
import { createKey } from '../nouns/api-key/create.js';
import { disputePayment } from '../nouns/dispute/operations.js';
import { finishChallenge } from '../nouns/payment-intent/challenge.js';
import { rollSecret } from '../nouns/webhook-endpoint/operations.js';
import { anyObject, find } from './find.js';
import type { ControlRoute } from './route.js';
import { route } from './route.js';
import * as s from './schemas.js';

const LISTED_MAX = 500;
/** Stripe lets two secrets overlap for a day (https://docs.stripe.com/webhooks#roll-endpoint-secrets). */
const ROLL_MAX_SECONDS = 86_400;

/** What the emulator offers beyond Stripe's API, for its own pages and for tests. */
export const routes: Readonly<Record<string, ControlRoute>> = {
  'GET /_emulator/health': route('Whether the emulator is up. Needs no key, and opens no namespace.', {}, () => ({
    status: 'ok',
  })),
  'GET /_emulator/info': route(
    'The account, its keys, and its API version.',
    {},
    ({ store: { identity }, namespace, apiVersion, persisted }) => ({
      account: identity.account,
      namespace,
      livemode: false,
      api_version: apiVersion,
      publishable_key: identity.publishableKey,
      secret_key: identity.secretKey,
      persisted,
    }),
  ),
  'GET /_emulator/namespaces': route('The open namespaces of the server.', {}, ({ namespaces }) => ({
    data: namespaces.list(),
  })),
  'POST /_emulator/namespaces': route(
    'Opens a namespace, or answers with the one that is open.',
    { body: s.namespaceWanted },
    ({ namespaces }, { body }) => {
      const { name } = namespaces.open(body.name);
      return { ...namespaces.list().find((one) => one.name === name) };
    },
  ),
  'DELETE /_emulator/namespaces/:id': route(
    'Drops a namespace with everything in it.',
    {},
    ({ namespaces }, { id }) => ({ name: id, dropped: namespaces.drop(id) }),
  ),
  'GET /_emulator/deliveries': route(
    'The tries to deliver events, newest first.',
    { query: s.deliveriesAsked },
    ({ deliveries }, { query: { limit, event } }) => ({ data: deliveries.newest(limitOf(limit), event) }),
  ),
  'POST /_emulator/deliveries': route(
    'Makes all pending deliveries now, also those that wait for another try, and answers with the tries when each has ' +
      'its answer.',
    {},
    async ({ test }) => ({ data: await test.deliverNow() }),
  ),
  'POST /_emulator/signed_delivery': route(
    'An event as it would be delivered: the body and the headers, signed and not sent.',
    { body: s.signedDeliveryWanted },
    ({ test }, { body }) => ({ ...test.signedDelivery(body) }),
  ),
  'GET /_emulator/requests': route(
    'The newest requests to the API, newest first.',
    { query: s.limited },
    ({ requests }, { query }) => ({ data: requests.newest(limitOf(query.limit)) }),
  ),
  'POST /_emulator/requests/search': route(
    'The requests of an app that fit, oldest first, with what was sent and answered.',
    { body: s.requestsWanted },
    ({ test }, { body }) => ({ data: test.requests(body) }),
  ),
  'GET /_emulator/requests/:id': route('One request, with what was sent and answered.', {}, ({ requests }, { id }) => ({
    ...(requests.get(id) ?? none('request', id)),
  })),
  'GET /_emulator/find': route(
    'Objects by id, by its beginning, or by a part of what people call them; 20 at most.',
    { query: s.wordsAsked },
    ({ api }, { query }) => ({ data: api.internally((unit) => find(unit, query.q ?? '')) }),
  ),
  'GET /_emulator/objects/:id': route(
    'Any object by its id, as the API shows it.',
    {},
    ({ api }, { id }) => api.internally((unit) => anyObject(unit, id)) ?? none('object', id),
  ),
  'POST /_emulator/ids': route(
    'Chooses the ids of the next new objects. An id that is taken, or of no known type, is refused.',
    { body: s.idsWanted },
    ({ test }, { body }) => {
      test.nextIds(...body.ids);
      return { ids: body.ids };
    },
  ),
  'GET /_emulator/faults': route('All faults with their values.', {}, ({ faults }) => ({ ...faults.get() })),
  'POST /_emulator/faults': route(
    'Sets the given faults, and keeps the others.',
    { body: s.faultsWanted },
    ({ faults }, { body }) => ({ ...faults.set(body) }),
  ),
  'POST /_emulator/reset': route(
    'Forgets all objects, events, and requests, turns the faults off, and goes back to the real time.',
    {},
    ({ reset }) => {
      reset();
      return {};
    },
  ),
  'POST /_emulator/fixture': route(
    'Creates objects by the steps of a fixture file of the Stripe CLI. Answers with the answer of each step.',
    { body: s.fixtureWanted },
    ({ fixture }, { body }) => fixture(asFixture(body)),
  ),
  'POST /_emulator/restricted_keys': route(
    'Creates a restricted key with these permissions.',
    { body: s.permissionsWanted },
    ({ api }, { body }) => ({ key: api.internally((unit) => createKey(unit, body)) }),
  ),
  'GET /_emulator/operations': route('Which operations of the SDK are supported.', {}, ({ operations }) => ({
    ...answered(operations),
  })),
  'GET /_emulator/clock': route('The time, and how fast it passes.', {}, ({ clock }) => ({ ...clock.get() })),
  'POST /_emulator/clock': route(
    'Moves the time forward, or sets how fast it passes. Everything that falls due happens.',
    { body: s.clockWanted },
    ({ clock }, { body }) => {
      const { rate: before } = clock.get();
      if (body.rate !== undefined) clock.setRate(body.rate);
      try {
        if (body.advance_seconds !== undefined) clock.advance(body.advance_seconds * 1000);
      } catch (error) {
        clock.setRate(before); // what is refused changes nothing
        throw error;
      }
      return { ...clock.get() };
    },
  ),
  'POST /_emulator/roll_secret/:id': route(
    'Gives a webhook endpoint a new secret.',
    { body: s.overlapWanted },
    ({ api }, { id, body: { overlap_seconds: overlap = 0 } }) => {
      if (!(overlap >= 0 && overlap <= ROLL_MAX_SECONDS)) {
        throw invalid(`The old secret can go on for at most ${ROLL_MAX_SECONDS} seconds.`, 'overlap_seconds');
      }
      return api.internally((unit) => ({ ...rollSecret(unit, id, overlap) }));
    },
  ),
  'POST /_emulator/dispute/:id': route(
    'Disputes a payment intent or a charge, as the bank of the customer would. Answers with the dispute.',
    { body: s.disputeWanted },
    ({ api }, { id, body: { kind = 'fraudulent' } }) =>
      api.internally((unit) => unit.view('dispute', disputePayment(unit, id, kind))),
  ),
  'POST /_emulator/three_d_secure/:id': route(
    'Answers the 3-D Secure question of an intent, as the customer would.',
    { body: s.challengeAnswer },
    ({ api }, { id, body }) => {
      const store = api.storeWith(
        (unit) => (unit.find('payment_intent', id) ?? unit.find('setup_intent', id)) !== undefined,
      );
      return api.internally((unit) => finishChallenge(unit, id, body.client_secret, body.outcome), store);
    },
  ),
};

const limitOf = (limit = '50'): number => Math.min(Math.max(Number(limit), 1), LISTED_MAX);

function none(title: string, id: string): never {
  throw missing(title, id, 'id', 404);
}
