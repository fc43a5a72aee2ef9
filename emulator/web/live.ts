import { signal, type ReadonlySignal } from '@preact/signals';
import { openStream } from '../../web/shared/stream.js';
import { base } from './base.js';
import type { Delivery } from './webhook/delivery.js';

interface Change {
  readonly object: string;
  readonly id: string;
}

/** The changes that the emulator reports over a stream. */
export interface Live {
  readonly connected: ReadonlySignal<boolean>;
  /** How often each object changed in the last two seconds. */
  readonly changed: ReadonlySignal<ReadonlyMap<string, number>>;
  /**
   * Calls `then` when an object of these types changes. Two more kinds are `delivery`, for a try to deliver a webhook,
   * and `request`, for an answered API request. Returns a function that stops it.
   */
  follow(kinds: readonly string[], then: () => void): () => void;
}

export function openLive(): Live {
  const changed = signal<ReadonlyMap<string, number>>(new Map());
  const followers = new Set<{ kinds: readonly string[]; then: () => void }>();
  let opened = 0;

  const tell = (kind: string): void => {
    for (const { kinds, then } of followers) if (kinds.includes(kind)) then();
  };

  const mark = (id: string): void => {
    changed.value = new Map(changed.value).set(id, (changed.value.get(id) ?? 0) + 1);
    setTimeout(() => {
      const rest = new Map(changed.value);
      rest.delete(id);
      changed.value = rest;
    }, markMs);
  };

  const stream = openStream(`${base()}/_emulator/stream`, {
    on: {
      change: (data) => {
        const change = data as Change;
        mark(change.id);
        tell(change.object);
        tell('event');
      },
      delivery: (data) => {
        mark((data as Delivery).event);
        tell('delivery');
      },
      request: () => tell('request'),
    },
    onOpen: () => {
      // At the first connection, the page has just been loaded. Before a later one, changes may have been missed.
      if (opened++ > 0) for (const { then } of followers) then();
    },
  });

  return {
    connected: stream.connected,
    changed,
    follow(kinds, then) {
      const follower = { kinds, then };
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
}

const markMs = 2000;
