import * as v from 'valibot';

// An array is an object to JavaScript, and nothing that Stripe reports of.
const Fields = v.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
const Id = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

// Only what is used is checked: a later API may add anything, and change anything else. The value itself is handed on,
// not a copy: a copy leaves out fields named like JavaScript's own (`constructor`).
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

/** An event of API v2, as it is delivered: it names its object. `context`: the account, of a connected one's events. */
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

/** Stripe's word that it could not generate an event, and in its data what that event was to be about. */
export const GENERATION_FAILURE = 'v2.core.health.event_generation_failure.resolved';
const Failure = v.looseObject({
  /** `context`: the account, of a connected one's events. */
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

/**
 * What an event that Stripe could not generate was to be about; undefined for every other event, and without its data.
 */
export function lostIn(event: ThinEvent): v.InferOutput<typeof Failure>['impact'] | undefined {
  const data = event['data'];
  return event.type === GENERATION_FAILURE && v.is(Failure, data) ? data.impact : undefined;
}
