import * as v from 'valibot';

// An array is an object to JavaScript, but not to Stripe.
const Fields = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

// Only the fields that are used are checked: a later API version may add fields and change all others. The caller gets
// the value itself. A copy would leave out fields that are named like JavaScript's own (`constructor`).
const Snapshot = v.looseObject({
  id: Id,
  object: v.literal('event'),
  type: Id,
  created: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(253_402_300_799)),
  livemode: v.boolean(),
  api_version: v.nullish(v.string()),
  account: v.nullish(v.pipe(v.string(), v.maxLength(255))),
  data: v.looseObject({
    object: Fields,
    previous_attributes: v.nullish(Fields),
  }),
});

const Related = v.looseObject({ id: Id, type: Id, url: v.nullish(v.string()) });

/** An event of API v2, as it is delivered. `context`: the account, if it is a connected one. */
const Thin = v.looseObject({
  id: Id,
  object: v.literal('v2.core.event'),
  type: Id,
  created: v.pipe(v.string(), v.isoTimestamp()),
  livemode: v.boolean(),
  context: v.nullish(v.string()),
  snapshot_event: v.nullish(Id),
  related_object: v.nullish(Related),
});

/** By this event Stripe reports that it could not generate another one. Its data names the object of that one. */
export const GENERATION_FAILURE = 'v2.core.health.event_generation_failure.resolved';
const Failure = v.looseObject({
  /** `context`: the account, if it is a connected one. */
  impact: v.looseObject({ context: v.nullish(v.string()), related_object: Related }),
});

export type SnapshotEvent = v.InferOutput<typeof Snapshot>;
export type ThinEvent = v.InferOutput<typeof Thin>;

/** undefined: not an event of API v1. */
export function parseSnapshotEvent(value: unknown): SnapshotEvent | undefined {
  return v.is(Snapshot, value) ? value : undefined;
}

/** undefined: not an event of API v2. */
export function parseThinEvent(value: unknown): ThinEvent | undefined {
  return v.is(Thin, value) ? value : undefined;
}

/** The object of an event that Stripe could not generate. undefined: this is another event, or it has no data. */
export function lostIn(event: ThinEvent): v.InferOutput<typeof Failure>['impact'] | undefined {
  const data = event['data'];
  return event.type === GENERATION_FAILURE && v.is(Failure, data) ? data.impact : undefined;
}
