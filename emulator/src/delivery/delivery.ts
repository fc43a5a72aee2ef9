/** One try to deliver one event to one endpoint, as `/_emulator/deliveries` lists it. */
export interface Delivery {
  /** Of this try. */
  id: string;
  /** The event's id, `evt_…`. */
  event: string;
  /** The event's type. */
  type: string;
  /** The endpoint's id. */
  endpoint: string;
  /** Where it was posted to. */
  url: string;
  /** 1 for the first try. */
  attempt: number;
  /** Epoch milliseconds. */
  at: number;
  /** How many milliseconds the answer took. */
  ms: number;
  /** Of the answer; null: there was none. */
  status: number | null;
  /** `delivered`: it was answered 2xx. `dropped`: lost on purpose, before the wire. */
  outcome: 'delivered' | 'failed' | 'dropped';
  /** Why there was no answer; null: there was one. */
  error: string | null;
  /** When it will be tried again, in epoch milliseconds; null: it will not. */
  next_attempt_at: number | null;
}

/** The newest deliveries, newest first; older ones are forgotten. */
export class DeliveryLog {
  readonly #ring: Delivery[] = [];
  #count = 0;

  constructor(private readonly max = 2000) {}

  /** How many were added, forgotten ones too. */
  get count(): number {
    return this.#count;
  }

  add(delivery: Delivery): void {
    this.#count += 1;
    this.#ring.push(delivery);
    // Cut in large steps: shifting a long list at every delivery would cost more than the delivery.
    if (this.#ring.length > this.max * 2) this.#ring.splice(0, this.#ring.length - this.max);
  }

  clear(): void {
    this.#ring.length = 0;
  }

  newest(limit: number, event?: string): Delivery[] {
    const found: Delivery[] = [];
    for (let at = this.#ring.length - 1; at >= 0 && found.length < limit; at -= 1) {
      const delivery = this.#ring[at];
      if (delivery !== undefined && (event === undefined || delivery.event === event)) found.push(delivery);
    }
    return found;
  }
}
