import type { Clock } from '../kernel/clock.js';

export interface BudgetRates {
  /** Requests a second to one endpoint; all ids of `GET /v1/customers/{id}` are one endpoint. */
  perEndpoint: number;
  /** Requests a second in all. */
  total: number;
}

/** Spaces requests so that neither an endpoint nor the account exceeds its rate; one second's worth may go at once. */
export interface Budget {
  /** Resolves when the request may be sent. A stopped `signal` lets it through at once: the caller looks at it. */
  take(endpoint: string, signal?: AbortSignal): Promise<void>;
  /** How long a request to this endpoint would wait for the endpoint's own rate, in milliseconds. Takes nothing. */
  waitMs(endpoint: string): number;
  /** After a 429: nothing more to this endpoint for `ms`. */
  hold(endpoint: string, ms: number): void;
}

export function createBudget(rates: BudgetRates, clock: Clock): Budget {
  const buckets = new Map<string, Bucket>();
  const all: Bucket = { rate: rates.total, free: 0, seenAt: 0 };
  const bucketOf = (endpoint: string): Bucket => {
    let bucket = buckets.get(endpoint);
    if (bucket === undefined) buckets.set(endpoint, (bucket = { rate: rates.perEndpoint, free: 0, seenAt: 0 }));
    return bucket;
  };
  return {
    async take(endpoint, signal) {
      const now = clock.now().getTime();
      const wait = Math.max(reserve(all, now), reserve(bucketOf(endpoint), now));
      if (wait > 0) await clock.sleep(wait, signal);
    },
    waitMs(endpoint) {
      const bucket = buckets.get(endpoint);
      if (bucket === undefined) return 0;
      const now = clock.now().getTime();
      look(bucket, now);
      return waitOf(bucket, now);
    },
    hold(endpoint, ms) {
      const bucket = bucketOf(endpoint);
      const now = clock.now().getTime();
      look(bucket, now);
      bucket.free = Math.max(bucket.free, now + BURST_MS) + ms;
    },
  };
}

/** `free`: the time at which everything reserved so far has been paid for, at one request each 1/rate seconds. */
interface Bucket {
  rate: number;
  free: number;
  seenAt: number;
}

const BURST_MS = 1_000;

/** A clock that is set back takes with it what was reserved: else nothing would be sent until it has caught up. */
function look(bucket: Bucket, now: number): void {
  if (now < bucket.seenAt) bucket.free -= bucket.seenAt - now;
  bucket.seenAt = now;
}

function reserve(bucket: Bucket, now: number): number {
  look(bucket, now);
  const wait = waitOf(bucket, now);
  bucket.free = Math.max(bucket.free, now) + 1_000 / bucket.rate;
  return wait;
}

function waitOf({ free, rate }: Bucket, now: number): number {
  return Math.max(0, Math.max(free, now) + 1_000 / rate - now - BURST_MS);
}
