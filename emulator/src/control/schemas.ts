import * as v from 'valibot';
import { FAULT_NAMES } from '../delivery/fault.js';
import { DISPUTE_KINDS } from '../nouns/payment-method/card.js';

const described = <S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));
const name = v.pipe(v.string(), v.minLength(1));
/** Of a query: its values are texts. */
const digits = v.pipe(v.string(), v.regex(/^\d{1,9}$/, 'must be a whole number'));

export const nothing = v.strictObject({});

export const limited = v.strictObject({
  limit: v.exactOptional(described(digits, 'How many at most: 1 to 500. Default: 50.')),
});

export const deliveriesAsked = v.strictObject({
  ...limited.entries,
  event: v.exactOptional(described(name, 'Only the tries to deliver this event, `evt_…`.')),
});

export const wordsAsked = v.strictObject({
  q: v.exactOptional(described(v.string(), 'An id, its beginning, or a part of a name or an email address.')),
});

export const namespaceWanted = v.strictObject({
  name: v.exactOptional(described(v.string(), '1 to 40 letters and digits. Default: a random name.')),
});

export const requestsWanted = v.strictObject({
  method: v.exactOptional(described(name, '`GET`, `POST`, or `DELETE`.')),
  path: v.exactOptional(described(name, 'The whole path. A `*` stands for one part: `/v1/customers/*`.')),
  params: v.exactOptional(
    described(v.record(v.string(), v.unknown()), 'What must be among the parameters, at any depth.'),
  ),
  account: v.exactOptional(described(v.nullable(v.string()), 'The connected account. Null: the own one.')),
  idempotency_key: v.exactOptional(described(v.nullable(v.string()), 'Null: a request without one.')),
  status: v.exactOptional(described(v.number(), 'Of the answer.')),
  answer: v.exactOptional(described(v.record(v.string(), v.unknown()), 'What must be in the answer, at any depth.')),
});

export const faultsWanted = v.strictObject(
  Object.fromEntries(FAULT_NAMES.map((fault) => [fault, v.exactOptional(v.number())])),
);

export const clockWanted = v.strictObject({
  rate: v.exactOptional(described(v.number(), 'How many seconds pass in one real second. 0 freezes the time.')),
  advance_seconds: v.exactOptional(described(v.number(), 'How far to move the time forward.')),
});

export const overlapWanted = v.strictObject({
  overlap_seconds: v.exactOptional(
    described(v.number(), 'How long the old secret signs too: at most a day. Default: 0.'),
  ),
});

export const disputeWanted = v.strictObject({
  kind: v.exactOptional(
    described(
      v.picklist(DISPUTE_KINDS),
      'Why. An `inquiry` asks before it takes the money back. Default: `fraudulent`.',
    ),
  ),
});

export const challengeAnswer = v.strictObject({
  client_secret: v.exactOptional(described(v.string(), 'Of the intent.')),
  outcome: v.exactOptional(described(v.string(), '`complete` or `fail`.')),
});

export const idsWanted = v.strictObject({
  ids: described(v.array(name), 'Each is the id of the next new object of its type: `cus_ada`.'),
});

export const signedDeliveryWanted = v.strictObject({
  event: v.exactOptional(described(name, '`evt_…`. Default: the newest event, of the given type if there is one.')),
  type: v.exactOptional(described(name, 'A type of events, such as `invoice.paid`.')),
  endpoint: v.exactOptional(
    described(name, '`we_…`: its secret and its API version. Default: the first that wants the event.'),
  ),
  secret: v.exactOptional(described(name, '`whsec_…`: signs with this secret, with or without an endpoint.')),
});

const step = v.strictObject({
  name: described(name, 'Later steps refer to the answer by it: `${ada:id}`.'),
  path: described(name, '`/v1/customers`.'),
  method: v.exactOptional(described(v.string(), '`post`, `get`, or `delete`. Default: `post`.')),
  params: v.exactOptional(v.nullable(v.record(v.string(), v.unknown()))),
  account: v.exactOptional(described(v.string(), 'The connected account.')),
  expected_error_type: v.exactOptional(described(v.string(), 'The error that this step is to end with: `card_error`.')),
  api_base: v.exactOptional(v.unknown()),
  context: v.exactOptional(v.unknown()),
  headers: v.exactOptional(v.unknown()),
  idempotency_key: v.exactOptional(v.unknown()),
});

/** A fixture file of the Stripe CLI. `asFixture` reads it again, for a fixture that comes from a file. */
export const fixtureWanted = v.strictObject({
  fixtures: v.array(step),
  _meta: v.exactOptional(v.unknown()),
  env: v.exactOptional(v.unknown()),
});

/** By resource, as Stripe names it. */
export const permissionsWanted = v.record(v.pipe(v.string(), v.regex(/^[a-z0-9_]+$/)), v.picklist(['read', 'write']));
