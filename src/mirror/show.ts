import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../catalog/catalog.js';
import type { StripeObject } from '../stripe/gateway.js';

/** The part of the current row that decides whether a snapshot may be shown. */
export interface StandingState {
  data: StripeObject;
  tombstone: boolean;
  proven: boolean;
  asOf: Date;
}

/** A snapshot as an event carries it. */
export interface Snapshot {
  data: StripeObject;
  created: Date;
  /** `previous_attributes`: what the change replaced. Absent on events that report no change of fields. */
  previous: Readonly<Record<string, unknown>> | undefined;
  /** In the pinned API version, with every owned sub-list complete, and not a deletion. If false, it is only a hint. */
  showable: boolean;
  /** Stripe has no endpoint to read one such object, so no proof will come: events are all there is. */
  reportedOnly: boolean;
  deletion: boolean;
}

/**
 * Whether a snapshot may be shown before it is proven. If in doubt, it may not: a shown row is always marked, so this
 * decides only what readers see until the proof, never the final state of the mirror.
 */
export function show(standing: StandingState | undefined, snapshot: Snapshot): 'insert' | 'advance' | 'leave' {
  if (!snapshot.showable) return 'leave';
  if (standing === undefined) return 'insert';
  if (standing.tombstone) return 'leave'; // only a proof may undo a tombstone
  if (snapshot.created.getTime() <= standing.asOf.getTime()) return 'leave'; // Stripe's clock ticks in whole seconds
  return follows(standing.data, snapshot.previous) ? 'advance' : 'leave';
}

/**
 * Adds the values that no event has, because Stripe sends them only when asked. They are taken from the current row.
 */
export function keepUnasked(type: string, snapshot: StripeObject, standing: StripeObject | undefined): StripeObject {
  const paths = standing === undefined ? [] : (catalogOf(type)?.expand ?? []);
  return paths.reduce((kept, path) => keepAt(kept, standing, path.split('.')) as StripeObject, snapshot);
}

function keepAt(snapshot: unknown, standing: unknown, [field, ...rest]: readonly string[]): unknown {
  if (field === undefined || !isPlain(snapshot) || !isPlain(standing) || standing[field] === undefined) return snapshot;
  if (rest.length > 0) return { ...snapshot, [field]: keepAt(snapshot[field], standing[field], rest) };
  return snapshot[field] === undefined ? { ...snapshot, [field]: standing[field] } : snapshot;
}

/**
 * What happens to an object that only events report: the latest report is kept, and a deletion is final. Stripe does
 * not order two reports of the same second. Of these the same one is kept, whichever came first.
 */
export function report(standing: StandingState | undefined, snapshot: Snapshot): 'write' | 'bury' | 'leave' {
  if (!snapshot.reportedOnly || standing?.tombstone === true) return 'leave';
  if (snapshot.deletion) return 'bury';
  if (standing === undefined) return 'write';
  const later = snapshot.created.getTime() - standing.asOf.getTime();
  if (later !== 0) return later > 0 ? 'write' : 'leave';
  return canonical(snapshot.data) > canonical(standing.data) ? 'write' : 'leave';
}

/** Equal values have the same text, in whatever order their fields are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isPlain(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Whether the snapshot replaced exactly the current row. Without `previous_attributes` this is not known. */
function follows(data: StripeObject, previous: Snapshot['previous']): boolean {
  return previous !== undefined && Object.keys(previous).length > 0 && matches(data, previous);
}

function matches(present: unknown, previous: unknown): boolean {
  if (isPlain(previous) && isPlain(present) && Object.keys(previous).length > 0) {
    return Object.entries(previous).every(([field, value]) => matches(present[field], value));
  }
  return isDeepStrictEqual(present ?? null, previous ?? null);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
