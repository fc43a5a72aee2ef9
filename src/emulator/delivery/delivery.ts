/** One try to deliver one event to one endpoint, as `/_emulator/deliveries` lists it. */
export interface Delivery {
  id: string;
  event: string;
  type: string;
  /** The endpoint's id. */
  endpoint: string;
  url: string;
  /** 1 for the first try. */
  attempt: number;
  /** Epoch milliseconds. */
  at: number;
  /** How long the answer took. */
  ms: number;
  status: number | null;
  outcome: 'delivered' | 'failed' | 'dropped';
  error: string | null;
  next_attempt_at: number | null;
}

/** The newest deliveries, newest first; older ones are forgotten. */
export class DeliveryLog {
  readonly #ring: Delivery[] = [];

  constructor(private readonly max = 2000) {}

  add(delivery: Delivery): void {
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
