import type { ObjectKey } from './source.js';

/** Shows deliveries and proofs in the traces of this process. */
export interface Tracing {
  /** A delivery has come. */
  delivery(): DeliveryTrace;
  /**
   * Runs the proof of an object, and is told how it ended: an outcome, for a failure also its kind. The trace links to
   * the deliveries that hinted at the object since it was last proven.
   */
  proof(key: ObjectKey, prove: (ended: (outcome: string, failure?: string) => void) => Promise<void>): Promise<void>;
}

export interface DeliveryTrace {
  /** What the delivery said: the event's id and type, and the objects that may have changed. */
  arrived(event: { id: string; type: string; hints: readonly ObjectKey[] }): void;
  /** Its event is on disk; with an error, it is not. */
  end(error?: unknown): void;
}

/** Where nobody traces. */
export const untraced: Tracing = {
  delivery: () => ({ arrived() {}, end() {} }),
  proof: (_, prove) => prove(() => {}),
};
