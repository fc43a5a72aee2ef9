import type { ObjectKey } from '../kernel/source.js';

/** That an object may have changed: which one, and which parents its address at Stripe is below. */
export interface Hint extends ObjectKey {
  parents: Record<string, string>;
  /** Whether an event said so, rather than a listing or ourselves. Default: no. */
  heard?: boolean;
  /** Whether somebody waits for the proof. Default: no. */
  awaited?: boolean;
}

/** A hint at an object whose address needs no parents, or whose mark knows them already. */
export function hintAt({ account, livemode, type, id }: ObjectKey): Hint {
  return { account, livemode, type, id, parents: {} };
}
