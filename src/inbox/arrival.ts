import { catalogOf, isReadable, ownedObjects } from '../catalog/catalog.js';
import { decidingIds } from '../catalog/belonging.js';
import { rowId } from '../catalog/identity.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import { removeSecrets } from '../mirror/secrets.js';
import type { Snapshot } from '../mirror/show.js';
import { json, mayBeUnstorable } from '../store/json.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Hint } from './hint.js';
import { parentsIn, parentsOfUrl, referencesOf, namedIn } from './parents.js';
import { snapshotOf } from './snapshot.js';
import { lostIn, parseSnapshotEvent, parseThinEvent, type SnapshotEvent, type ThinEvent } from './stripe-event.js';
import type { Reached } from './sources.js';
import type { Quarantine, AssignedSource } from './assign-source.js';

/** An event on its way into the inbox. */
export interface Arrival extends Reached {
  id: string;
  type: string;
  created: Date;
  apiVersion: string | null;
  feed: Feed;
  /** Why it changes nothing: it is of another account or mode, or it names nothing that could be mirrored. */
  quarantine: Quarantine | null;
  objectType: string | null;
  objectId: string | null;
  /** Of a thin event, the snapshot event of the same change. */
  twin: string | null;
  /** The objects that may have changed. */
  hints: Hint[];
  snapshot: (Snapshot & { key: ObjectKey }) | null;
  /** The ids that decide whether it is left out, because its object or the object's customer was erased. */
  ids: readonly string[];
  /** JSON text without secrets, as it is stored. */
  body: string;
}

export type Feed = 'webhook' | 'poll' | 'replay';

/** Finds the account of an event from what the event names. */
export type SourceOf = (event: { account: string | undefined; livemode: boolean }) => AssignedSource;

/**
 * Parses the JSON of one event; undefined: it is not an event. Its field `object` decides first whether it is a
 * snapshot event or a thin one, because either parser refuses the other kind.
 */
export function arrivalOf(text: string, sourceOf: SourceOf, feed: Feed): Arrival | undefined {
  const value = parseJson(text);
  const kind = typeof value === 'object' && value !== null && 'object' in value ? value.object : undefined;
  try {
    switch (kind) {
      case 'event': {
        const event = parseSnapshotEvent(value);
        return event && ofSnapshotEvent(event, text, sourceOf, feed);
      }
      case 'v2.core.event': {
        const event = parseThinEvent(value);
        return event && ofThinEvent(event, text, sourceOf, feed);
      }
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // nested more deeply than any event of Stripe's
    throw error;
  }
}

/** Reports an upcoming invoice, which has no id yet. */
const UPCOMING = 'invoice.upcoming';

function ofSnapshotEvent(event: SnapshotEvent, text: string, sourceOf: SourceOf, feed: Feed): Arrival {
  const object = event.data.object as StripeObject;
  const typed = removeSecrets(event.data.previous_attributes, textOf(object.object) ?? undefined);
  const rewritten = removeSecrets(event) || typed || mayBeUnstorable(text);
  const { source, quarantine: foreign } = sourceOf({ account: event.account || undefined, livemode: event.livemode });
  const key = keyOf(source, object);
  const hints = key === undefined ? [] : hintsOf(key, object);
  const snapshot = key === undefined ? null : { key, ...snapshotOf(event, key.type) };
  const quarantine =
    foreign ??
    (hints.length === 0 && snapshot === null && isKnown(object) && event.type !== UPCOMING ? 'object' : null);
  return {
    ...source,
    id: event.id,
    type: event.type,
    created: new Date(event.created * 1_000),
    apiVersion: event.api_version ?? null,
    feed,
    quarantine,
    objectType: textOf(object.object),
    objectId: key?.id ?? null,
    twin: null,
    hints: quarantine === null ? hints : [],
    snapshot: quarantine === null ? snapshot : null,
    ids: decidingIds(textOf(object.object), textOf(object.id), object),
    body: rewritten ? json(event) : text,
  };
}

/** A thin event names its object and nothing more. */
function ofThinEvent(event: ThinEvent, text: string, sourceOf: SourceOf, feed: Feed): Arrival {
  const rewritten = removeSecrets(event) || mayBeUnstorable(text);
  const lost = lostIn(event);
  const account = (lost?.context ?? event.context)?.split('/').findLast((part) => part.startsWith('acct_'));
  const { source, quarantine } = sourceOf({ account, livemode: event.livemode });
  const related = lost?.related_object ?? event.related_object ?? undefined;
  const entry = catalogOf(related?.type ?? '');
  const key: ObjectKey | undefined =
    related && entry?.table != null && isReadable(entry)
      ? { account: source.account, livemode: source.livemode, type: entry.object, id: related.id }
      : undefined;
  return {
    ...source,
    id: event.id,
    type: event.type,
    created: new Date(event.created),
    apiVersion: null,
    feed,
    quarantine,
    objectType: related?.type ?? null,
    objectId: related?.id ?? null,
    twin: event.snapshot_event ?? null,
    hints: quarantine === null && key && entry ? [{ ...key, parents: parentsOfUrl(entry, related?.url ?? '') }] : [],
    snapshot: null,
    ids: decidingIds(null, textOf(related?.id), null),
    body: rewritten ? json(event) : text,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller gives every unreadable body the same answer
  }
}

/** The object's key; undefined: its type is not mirrored, or it has no id. */
function keyOf({ account, livemode }: Source, object: StripeObject): ObjectKey | undefined {
  const entry = catalogOf(object.object);
  const id = entry?.table == null ? null : rowId(entry, object);
  return entry === undefined || id === null ? undefined : { account, livemode, type: entry.object, id };
}

// An index cannot hold longer texts, and no name of Stripe's is longer.
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 255 ? value : null;
}

function isKnown(object: StripeObject): boolean {
  return catalogOf(object.object)?.table != null;
}

/**
 * What an event about this object hints at: the object. If Stripe has no endpoint to read one such object (a discount),
 * everything that it refers to, because the change can be read there.
 */
function hintsOf(key: ObjectKey, object: StripeObject): Hint[] {
  const entry = catalogOf(key.type);
  if (entry === undefined) return [];
  if (isReadable(entry)) return [{ ...key, parents: parentsIn(entry, object) }];
  return [...referencesOf(entry, object), ...namedIn(entry, object)]
    .filter(({ type }) => {
      const other = catalogOf(type);
      return other?.table != null && other.retrieve !== null && !ownedObjects.has(type);
    })
    .map(({ type, id }) => ({ account: key.account, livemode: key.livemode, type, id, parents: {} }));
}
