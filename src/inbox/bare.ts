import { json } from '../store/json.js';
import type { Arrival } from './arrival.js';
import type { Quarantine } from './assign-source.js';

/** An event of which only is kept that it came: no snapshot, and a body that shows nothing. */
export function bareArrival(arrival: Arrival, quarantine: Quarantine): Arrival {
  const { id, type, livemode, created } = arrival;
  const body = json({ id, object: 'event', type, livemode, created: Math.floor(created.getTime() / 1_000) });
  return { ...arrival, quarantine: arrival.quarantine ?? quarantine, hints: [], snapshot: null, body };
}

/** Without what it says of types that are not mirrored. It may still hint at objects of other types. */
export function withoutTypes(arrival: Arrival, leftOut: ReadonlySet<string>): Arrival {
  if (leftOut.size === 0) return arrival;
  const hints = arrival.hints.filter(({ type }) => !leftOut.has(type));
  if (arrival.objectType !== null && leftOut.has(arrival.objectType)) return { ...bareArrival(arrival, 'type'), hints };
  return hints.length === arrival.hints.length ? arrival : { ...arrival, hints };
}
