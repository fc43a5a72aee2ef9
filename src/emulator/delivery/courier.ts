import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { EventRow } from '../state/rows.js';
import { newId } from '../state/id.js';
import type { Delivery } from './delivery.js';
import { eventText } from './event.js';
import { poster } from './post.js';
import { signature } from './sign.js';
import type { Target } from './target.js';
import { secretsAt } from './target.js';
import { thinEvent } from './thin.js';

export interface CourierOptions {
  clock: Clock;
  log: Log;
  /** Waits before the second, third … try; after the last one the event stays undelivered. */
  retryDelaysMs: readonly number[];
  timeoutMs: number;
  /** As it is now: undefined when it was deleted or disabled meanwhile. */
  endpoint: (id: string) => Target | undefined;
  event: (id: string) => EventRow | undefined;
  /** What happens to this delivery on purpose: lost without a trace on the wire, made twice, late. */
  trouble: () => { lost: boolean; twice: boolean; lateMs: number };
  /** Called once per try, and once for a lost delivery. */
  report: (delivery: Delivery) => void;
}

interface Parcel {
  event: string;
  endpoint: string;
  attempt: number;
}

const AT_ONCE = 32;
const WAITING_MAX = 100_000;

/** Sends events to webhook endpoints at once, several in parallel, signed anew at each try, again after each failure. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #poster = poster();
  readonly #stopping = new AbortController();
  readonly #queue: Parcel[] = [];
  #sending = 0;
  #waiting = 0;

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  send(event: EventRow, endpoint: Target): void {
    if (this.#stopping.signal.aborted) return;
    const { lost, twice, lateMs } = this.#options.trouble();
    if (lost) {
      this.#options.report(this.#delivery(event, endpoint, 1, { outcome: 'dropped' }));
      return;
    }
    const parcel = { event: event.id, endpoint: endpoint.id, attempt: 1 };
    if (lateMs > 0) this.#later(parcel, lateMs);
    else this.#queue.push(parcel);
    if (twice) this.#queue.push(parcel);
    this.#pump();
  }

  stop(): void {
    this.#stopping.abort();
    this.#queue.length = 0;
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
          this.#pump();
        });
    }
  }

  async #try(parcel: Parcel): Promise<void> {
    const { clock, timeoutMs, report } = this.#options;
    const event = this.#options.event(parcel.event);
    const endpoint = this.#options.endpoint(parcel.endpoint);
    if (event === undefined || endpoint === undefined) return;
    const started = clock.now().getTime();
    const body = endpoint.thin ? JSON.stringify(thinEvent(event)) : eventText(event);
    const seconds = Math.floor(started / 1000);
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      accept: '*/*; q=0.5, application/xml',
      'cache-control': 'no-cache',
      'stripe-signature': signature(secretsAt(endpoint.secrets, seconds), body, seconds),
    };
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

  #later(parcel: Parcel, delayMs: number): void {
    if (this.#waiting >= WAITING_MAX) {
      this.#options.log.warn({ event: 'emulator.delivery.given_up', reason: 'too many are waiting', of: parcel.event });
      return;
    }
    this.#waiting += 1;
    void this.#options.clock.sleep(delayMs, this.#stopping.signal).then(() => {
      this.#waiting -= 1;
      if (this.#stopping.signal.aborted) return;
      this.#queue.push(parcel);
      this.#pump();
    });
  }

  #delivery(event: EventRow, endpoint: Target, attempt: number, more: Partial<Delivery>): Delivery {
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
