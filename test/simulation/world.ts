import type { State } from '../../src/engine/state.js';
import type { FoundRow } from './check/facts.js';

/** A store to simulate on: the ports over it, and its tables as an outsider reads them. */
export interface SimulatedStore {
  state: State;
  rows(): Promise<FoundRow[]>;
  events(): Promise<string[]>;
  /** Ids of marked objects. */
  marks(): Promise<string[]>;
}
