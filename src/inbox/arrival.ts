import * as v from 'valibot';
import { rowId } from '../catalog/identity.js';
import { catalogOf } from '../catalog/catalog.js';
import { API_VERSION } from '../catalog/generated/api-version.js';
import { isComplete } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import type { Snapshot } from '../mirror/show.js';
import type { ObjectKey, Source } from '../mirror/source.js';
import { json, mayBeUnstorable } from '../store/json.js';
import type { StripeObject } from '../stripe/gateway.js';

/** What a mark needs to know: which object, and which parents its address at Stripe is below. */
export interface Hint extends ObjectKey {
  parents: Record<string, string>;
}

export type Quarantine = 'account' | 'livemode' | 'object';

/** An event on its way into the inbox. */
export interface Arrival extends Source {
  id: string;
  type: string;
  created: Date;
  apiVersion: string | null;
  feed: 'webhook' | 'poll';
  /** Why it changes nothing: another account or mode than ours, or an object that cannot be read. */
  quarantine: Quarantine | null;
  objectType: string | null;
  objectId: string | null;
  hint: Hint | null;
  snapshot: Snapshot | null;
  /** JSON text without secrets, as it is stored. */
  body: string;
}

// Only what is used is checked: a later API may add anything, and change anything else.
const Event = v.looseObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  object: v.literal('event'),
  type: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  created: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(253_402_300_799)),
  livemode: v.boolean(),
  api_version: v.nullish(v.string()),
  account: v.nullish(v.string()),
  data: v.looseObject({
    object: v.looseObject({}),
    previous_attributes: v.nullish(v.record(v.string(), v.unknown())),
  }),
});

/** Reads one event's JSON; undefined where it is not a Stripe event. */
export function arrivalOf(text: string, ours: Source, feed: Arrival['feed']): Arrival | undefined {
  const parsed = v.safeParse(Event, parseJson(text));
  if (!parsed.success) return undefined;
  const event = parsed.output;
  const rewritten = removeSecrets(event) || mayBeUnstorable(text);
  const source: Source = { account: event.account ?? ours.account, livemode: event.livemode };
  const object = event.data.object as StripeObject;
  const key = keyOf(source, object);
  const quarantine = quarantineOf(source, ours) ?? (key !== undefined && !isReadable(key.type) ? 'object' : null);
  return {
    ...source,
    id: event.id,
    type: event.type,
    created: new Date(event.created * 1_000),
    apiVersion: event.api_version ?? null,
    feed,
    quarantine,
    objectType: typeof object.object === 'string' ? object.object : null,
    objectId: key?.id ?? null,
    hint: key && quarantine === null ? { ...key, parents: parentsOf(key, object) } : null,
    snapshot: key && quarantine === null ? snapshotOf(event, key) : null,
    body: rewritten ? json(event) : text,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller answers every unreadable body alike
  }
}

function quarantineOf(source: Source, ours: Source): Quarantine | null {
  if (source.account !== ours.account) return 'account';
  return source.livemode === ours.livemode ? null : 'livemode';
}

/** The object's key; undefined for types that are not mirrored or have nothing to be named by. */
function keyOf(source: Source, object: StripeObject): ObjectKey | undefined {
  const entry = catalogOf(object.object);
  const id = entry?.table == null ? null : rowId(entry, object);
  return entry === undefined || id === null ? undefined : { ...source, type: entry.object, id };
}

// Some objects are reported but cannot be read one by one (a discount): no read could ever prove them.
function isReadable(type: string): boolean {
  const entry = catalogOf(type);
  return entry !== undefined && (entry.retrieve !== null || entry.nestedRetrieve.length > 0);
}

function parentsOf(key: ObjectKey, object: StripeObject): Record<string, string> {
  const parents: Record<string, string> = {};
  for (const path of catalogOf(key.type)?.nestedRetrieve ?? []) {
    for (const [, field = ''] of path.matchAll(/\{(\w+)\}/g)) {
      const id = idOf(object[field]);
      if (id !== undefined) parents[field] = id;
    }
  }
  return parents;
}

function idOf(reference: unknown): string | undefined {
  if (typeof reference === 'string') return reference;
  const id = typeof reference === 'object' && reference !== null && 'id' in reference ? reference.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

function snapshotOf(event: v.InferOutput<typeof Event>, key: ObjectKey): Snapshot {
  const data = event.data.object as StripeObject;
  return {
    data,
    created: new Date(event.created * 1_000),
    previous: event.data.previous_attributes ?? undefined,
    showable:
      event.api_version === API_VERSION &&
      !isDeletion(event.type, key.type) &&
      data.deleted !== true &&
      isComplete(key.type, data),
  };
}

// The end of a subscription is a change like others: it stays readable, with status canceled.
function isDeletion(eventType: string, objectType: string): boolean {
  return eventType.endsWith('.deleted') && objectType !== 'subscription';
}
