import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { openStream } from '../../web/shared/stream.js';
import { base } from './base.js';
import type { Delivery } from './webhook/delivery.js';

interface Change {
  readonly object: string;
  readonly id: string;
}

/** The changes that the emulator reports over a stream. They are gathered, and published once a frame. */
export interface Live {
  readonly connected: ReadonlySignal<boolean>;
  /** How often the object changed in the last two seconds. A component that reads it renders again when it changes. */
  readonly changesOf: (id: string) => number;
  /**
   * Calls `then` when objects of these types changed. Three more kinds are `delivery`, for a try to deliver a webhook,
   * `request`, for an answered API request, and `state`, for a fault or the clock. Returns a function that stops it.
   */
  readonly follow: (kinds: readonly string[], then: () => void) => () => void;
}

export function openLive(): Live {
  const followers = new Set<{ kinds: readonly string[]; then: () => void }>();
  const marks = createMarks();
  let opened = 0;

  const gather = oncePerFrame((gathered) => {
    batch(() => marks.add(gathered.ids));
    for (const { kinds, then } of followers) if (kinds.some((kind) => gathered.kinds.has(kind))) then();
  });

  const stream = openStream(`${base()}/_emulator/stream`, {
    on: {
      change: (data) => {
        const { id, object } = data as Change;
        gather([object, 'event'], id);
      },
      delivery: (data) => gather(['delivery'], (data as Delivery).event),
      request: () => gather(['request']),
      state: () => gather(['state']),
    },
    onOpen: () => {
      // At the first connection, the page has just been loaded. Before a later one, changes may have been missed.
      if (opened++ > 0) for (const { then } of followers) then();
    },
  });

  return {
    connected: stream.connected,
    changesOf: marks.of,
    follow(kinds, then) {
      const follower = { kinds, then };
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

interface Gathered {
  readonly kinds: Set<string>;
  /** How often each object changed. */
  readonly ids: Map<string, number>;
}

/** Calls `publish` in the next frame with everything that came before it. A hidden page has no frames. */
function oncePerFrame(publish: (gathered: Gathered) => void): (kinds: readonly string[], id?: string) => void {
  let gathered: Gathered | undefined;
  return (kinds, id) => {
    if (gathered === undefined) {
      gathered = { kinds: new Set(), ids: new Map() };
      requestAnimationFrame(() => {
        const all = gathered;
        gathered = undefined;
        if (all !== undefined) publish(all);
      });
    }
    for (const kind of kinds) gathered.kinds.add(kind);
    if (id !== undefined) gathered.ids.set(id, (gathered.ids.get(id) ?? 0) + 1);
  };
}

/** Remembers for two seconds how often each object changed, with a signal for each object that is shown. */
function createMarks(): { of: (id: string) => number; add: (ids: ReadonlyMap<string, number>) => void } {
  const recent = new Map<string, number>();
  const shown = new Map<string, Signal<number>>();
  const set = (id: string, count: number): void => {
    if (count === 0) recent.delete(id);
    else recent.set(id, count);
    const mark = shown.get(id);
    if (mark !== undefined) mark.value = count;
  };
  return {
    of(id: string): number {
      let mark = shown.get(id);
      if (mark === undefined) {
        mark = signal(recent.get(id) ?? 0, { unwatched: () => shown.delete(id) });
        shown.set(id, mark);
      }
      return mark.value;
    },
    add(ids: ReadonlyMap<string, number>): void {
      for (const [id, count] of ids) set(id, (recent.get(id) ?? 0) + count);
      setTimeout(() => {
        // An object that changed again since then keeps its mark.
        batch(() => ids.forEach((count, id) => set(id, Math.max(0, (recent.get(id) ?? 0) - count))));
      }, MARK_MS);
    },
  };
}

const MARK_MS = 2_000;
