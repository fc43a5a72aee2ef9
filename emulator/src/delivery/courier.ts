import type { Clock } from '../../../src/kernel/clock.js';
import type { Log } from '../../../src/kernel/log.js';
import type { EventRow } from '../nouns/event/row.js';
import { newId } from '../state/id.js';
import type { Delivery } from './delivery.js';
import { poster } from './post.js';
import { headersOf } from './signed-delivery.js';
import type { DeliveryTarget } from './target.js';
import { secretsAt } from './target.js';

export interface CourierOptions {
  clock: Clock;
  /** The outside's: signatures carry its time, or receivers would refuse them when the emulator's clock was moved. */
  outside: Clock;
  log: Log;
  /** Waits before the second, third … try; after the last one the event stays undelivered. */
  retryDelaysMs: readonly number[];
  timeoutMs: number;
  /** Its current state; undefined if it was deleted or disabled since then. */
  endpoint: (id: string) => DeliveryTarget | undefined;
  event: (id: string) => EventRow | undefined;
  /** What an endpoint is sent of an event. */
  body: (event: EventRow, endpoint: DeliveryTarget) => string;
  /** What happens to this delivery on purpose. */
  trouble: () => DeliveryTrouble;
  /** Called once per try, and once for a lost delivery. */
  report: (delivery: Delivery) => void;
}

/** Lost without a trace on the wire, made twice, late, or held until a later one was answered (or so much time passed). */
export interface DeliveryTrouble {
  lost: boolean;
  twice: boolean;
  lateMs: number;
  heldMs: number;
}

interface Parcel {
  /** Counts up in the order of sending. */
  serial: number;
  event: string;
  endpoint: string;
  attempt: number;
}

const AT_ONCE = 32;
const WAITING_MAX = 100_000;

/**
 * Sends events to webhook endpoints at once, several in parallel, signed again at each try, again after each failure.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #poster = poster();
  readonly #stopping = new AbortController();
  readonly #queue: Parcel[] = [];
  readonly #held = new Set<Parcel>();
  /** What comes after each wait. Each has a signal of its own: Node takes many listeners on one for a leak. */
  readonly #waiting = new Map<AbortController, () => void>();
  /** Called whenever nothing is being sent, nor waits for its turn. */
  readonly #idle = new Set<() => void>();
  #serial = 0;
  #sending = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  send(event: EventRow, endpoint: DeliveryTarget): void {
    if (this.#stopping.signal.aborted) return;
    const { lost, twice, lateMs, heldMs } = this.#options.trouble();
    if (lost) {
      this.#options.report(this.#delivery(event, endpoint, 1, { outcome: 'dropped' }));
      return;
    }
    const parcel = { serial: (this.#serial += 1), event: event.id, endpoint: endpoint.id, attempt: 1 };
    if (heldMs > 0) this.#hold(parcel, heldMs);
    else if (lateMs > 0) this.#later(parcel, lateMs);
    else this.#enqueue(parcel);
    if (twice) this.#enqueue(parcel);
    this.#pump();
  }

  #enqueue(parcel: Parcel): void {
    if (this.#queue.length >= WAITING_MAX) this.#giveUp(parcel);
    else this.#queue.push(parcel);
  }

  #giveUp({ event }: Parcel): void {
    this.#options.log.warn({ event: 'emulator.delivery.given_up', reason: 'too many are waiting', of: event });
  }

  /** Forgets what waits to be sent, or to be sent again. */
  clear(): void {
    for (const wait of this.#waiting.keys()) wait.abort();
    this.#waiting.clear();
    this.#queue.length = 0;
    this.#held.clear();
    this.#tellIdle();
  }

  /**
   * Sends now what waits: late, held, or to be tried again. Resolves when each has its answer, and so has what the
   * receivers caused before they answered. What fails again waits for its next try, as ever.
   */
  async flush(): Promise<void> {
    for (const [wait, then] of [...this.#waiting]) {
      wait.abort();
      this.#waiting.delete(wait);
      then();
    }
    this.#pump();
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  get #isIdle(): boolean {
    return this.#sending === 0 && this.#queue.length === 0;
  }

  #tellIdle(): void {
    if (!this.#isIdle) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  stop(): void {
    this.#stopping.abort();
    this.clear();
    this.#poster.close();
  }

  #pump(): void {
    while (this.#sending < AT_ONCE) {
      const parcel = this.#queue.shift();
      if (parcel === undefined) return;
      this.#sending += 1;
      this.#try(parcel)
        .catch((error: unknown) => this.#options.log.error({ event: 'emulator.delivery.broken', error: String(error) }))
        .finally(() => {
          this.#sending -= 1;
          this.#release(parcel.serial);
          this.#pump();
          this.#tellIdle();
        });
    }
  }

  async #try(parcel: Parcel): Promise<void> {
    const { clock, outside, timeoutMs, report } = this.#options;
    const event = this.#options.event(parcel.event);
    const endpoint = this.#options.endpoint(parcel.endpoint);
    if (event === undefined || endpoint === undefined) return;
    const started = clock.now().getTime();
    const body = this.#options.body(event, endpoint);
    const secrets = secretsAt(endpoint.secrets, Math.floor(started / 1000));
    const headers = headersOf(secrets, body, Math.floor(outside.now().getTime() / 1000));
    const { status, error } = await this.#poster.post(endpoint.url, headers, body, timeoutMs);
    if (this.#stopping.signal.aborted) return;
    const delivered = status !== null && status >= 200 && status < 300;
    const delay = delivered ? undefined : this.#options.retryDelaysMs[parcel.attempt - 1];
    const ended = clock.now().getTime();
    report(
      this.#delivery(event, endpoint, parcel.attempt, {
        at: started,
        ms: ended - started,
        status,
        outcome: delivered ? 'delivered' : 'failed',
        error,
        next_attempt_at: delay === undefined ? null : ended + delay,
      }),
    );
    if (delay !== undefined) this.#later({ ...parcel, attempt: parcel.attempt + 1 }, delay);
  }

  /** Until something sent later has been answered. */
  #hold(parcel: Parcel, atMostMs: number): void {
    const isWaiting = this.#wait(parcel, atMostMs, () => {
      if (this.#held.delete(parcel)) this.#enqueue(parcel);
    });
    if (isWaiting) this.#held.add(parcel);
  }

  #release(answered: number): void {
    for (const parcel of this.#held) {
      if (parcel.serial > answered) continue;
      this.#held.delete(parcel);
      this.#enqueue(parcel);
    }
  }

  #later(parcel: Parcel, delayMs: number): void {
    this.#wait(parcel, delayMs, () => this.#enqueue(parcel));
  }

  /** False if too many wait already; it is then dropped. */
  #wait(parcel: Parcel, ms: number, then: () => void): boolean {
    if (this.#waiting.size >= WAITING_MAX) {
      this.#giveUp(parcel);
      return false;
    }
    const wait = new AbortController();
    this.#waiting.set(wait, then);
    void this.#options.clock.sleep(ms, wait.signal).then(() => {
      if (wait.signal.aborted) return;
      this.#waiting.delete(wait);
      then();
      this.#pump();
    });
    return true;
  }

  #delivery(event: EventRow, endpoint: DeliveryTarget, attempt: number, more: Partial<Delivery>): Delivery {
    return {
      id: newId('whd'),
      event: event.id,
      type: event.type,
      endpoint: endpoint.id,
      url: endpoint.url,
      attempt,
      at: this.#options.clock.now().getTime(),
      ms: 0,
      status: null,
      outcome: 'failed',
      error: null,
      next_attempt_at: null,
      ...more,
    };
  }
}
