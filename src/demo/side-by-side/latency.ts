import type { DemoState } from './state.js';

/** How long a change at Stripe took to reach the database. */
export interface Latency {
  /** The object changed at Stripe, at `at` (epoch ms). */
  stripeChanged(type: string, id: string, at: number): void;
  /** The object's row was written, at `at` (epoch ms). */
  rowWritten(type: string, id: string, at: number): void;
  /** The latency of the object's last change. Null if none was measured. */
  of(type: string, id: string): number | null;
  /** The latency of the last change of any object. */
  last(): DemoState['last'];
}

/** How many objects are remembered. The oldest are forgotten first. */
const KEPT_MAX = 1_000;

/** The two times may arrive in either order, so a change is measured once both are known. */
export function createLatency(): Latency {
  const changedAt = new Map<string, number>();
  const writtenAt = new Map<string, number>();
  const tookMs = new Map<string, number>();
  let last: DemoState['last'] = null;

  const measure = (type: string, id: string): void => {
    const key = keyOf(type, id);
    const changed = changedAt.get(key);
    const written = writtenAt.get(key);
    if (changed === undefined || written === undefined || written < changed) return;
    const ms = written - changed;
    changedAt.delete(key);
    tookMs.set(key, ms);
    last = { type, id, ms };
  };

  return {
    stripeChanged(type, id, at) {
      changedAt.set(keyOf(type, id), at);
      measure(type, id);
    },
    rowWritten(type, id, at) {
      writtenAt.set(keyOf(type, id), at);
      measure(type, id);
      for (const map of [changedAt, writtenAt, tookMs]) trim(map);
    },
    of: (type, id) => tookMs.get(keyOf(type, id)) ?? null,
    last: () => last,
  };
}

const keyOf = (type: string, id: string): string => `${type} ${id}`;

function trim(map: Map<string, number>): void {
  for (const key of map.keys()) {
    if (map.size <= KEPT_MAX) return;
    map.delete(key);
  }
}
