import type { State } from '../../src/engine/state.js';
import type { HookTransaction } from '../../src/hooks/hook.js';
import type { FoundRow } from './check/facts.js';
import type { ChangeCall } from './check/hooks.js';

/** A store to simulate on: the ports over it, and its tables as an outsider reads them. */
export interface SimulatedStore {
  state: State;
  rows(): Promise<FoundRow[]>;
  events(): Promise<string[]>;
  /** Ids of marked objects. */
  marks(): Promise<string[]>;
  /** What hooks are still to be run for. */
  deliveries(): Promise<{ account: string; id: string; hook: string }[]>;
  /** A change hook's own write, in the transaction that it is lent. */
  call(tx: HookTransaction, call: ChangeCall): Promise<void>;
  /** What was committed of these, in the order of the commits. */
  calls(): Promise<ChangeCall[]>;
}
