import { isDeepStrictEqual } from 'node:util';
import { catalogOf } from '../catalog/catalog.js';
import type { StripeObject } from '../stripe/gateway.js';

/** What stands in the mirror, as far as a snapshot's right to be shown depends on it. */
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
  /** Rendered in the pinned API version, every owned sub-list complete, no deletion: else it is only a hint. */
  showable: boolean;
  /** Stripe cannot be asked for one such object, so that no proof will come: what events report is all there is. */
  reportedOnly: boolean;
  deletion: boolean;
}

/**
 * Whether a snapshot may be shown before it is proven. In doubt it is left to the proof: a shown row is always marked,
 * so this decides only what readers see until then, never the final state of the mirror.
 */
export function show(standing: StandingState | undefined, snapshot: Snapshot): 'insert' | 'advance' | 'leave' {
  if (!snapshot.showable) return 'leave';
  if (standing === undefined) return 'insert';
  if (standing.tombstone) return 'leave'; // only a proof may undo a tombstone
  if (snapshot.created.getTime() <= standing.asOf.getTime()) return 'leave'; // Stripe's clock ticks in whole seconds
  return follows(standing.data, snapshot.previous) ? 'advance' : 'leave';
}

/**
 * A snapshot with the values that events never have, since Stripe gives them only when asked: they stay as they stand.
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
 * What becomes of an object that only events report: the latest report stands, a deletion for good. Of two in the same
 * second, which Stripe does not order, the same one stands whichever came first.
 */
export function report(standing: StandingState | undefined, snapshot: Snapshot): 'write' | 'bury' | 'leave' {
  if (!snapshot.reportedOnly || standing?.tombstone === true) return 'leave';
  if (snapshot.deletion) return 'bury';
  if (standing === undefined) return 'write';
  const later = snapshot.created.getTime() - standing.asOf.getTime();
  if (later !== 0) return later > 0 ? 'write' : 'leave';
  return canonical(snapshot.data) > canonical(standing.data) ? 'write' : 'leave';
}

/** The same text for equal values, whatever the order of their fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isPlain(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Whether the snapshot replaced exactly what stands. Without `previous_attributes` nobody knows. */
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
