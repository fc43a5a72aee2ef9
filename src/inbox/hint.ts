import type { ObjectKey } from '../kernel/source.js';

/** An object may have changed: which one, and the ids of the parents in its address at Stripe. */
export interface Hint extends ObjectKey {
  parents: Record<string, string>;
  /** Whether an event said so, and not a listing or we ourselves. Default: no. */
  heard?: boolean;
  /** The ids of the events that said so. Default: none. */
  events?: readonly string[];
  /** Whether somebody waits for the proof. Default: no. */
  awaited?: boolean;
}

/** A hint at an object whose address needs no parents, or whose mark knows them already. */
export function hintAt({ account, livemode, type, id }: ObjectKey): Hint {
  return { account, livemode, type, id, parents: {} };
}
