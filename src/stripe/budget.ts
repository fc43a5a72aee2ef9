import type { Clock } from '../kernel/clock.js';

export interface BudgetRates {
  /** Requests per second to one endpoint. `GET /v1/customers/{id}` is one endpoint for all ids. */
  perEndpoint: number;
  /** Requests per second to all endpoints together. */
  total: number;
}

/**
 * Spaces requests, so that neither an endpoint nor the account exceeds its rate. A second's worth may be sent at once. If
 * the rate is below one request per second, one request may be.
 */
export interface Budget {
  /** Resolves when the request may be sent. An aborted `signal` resolves it at once; the caller checks the signal. */
  take(endpoint: string, signal?: AbortSignal): Promise<void>;
  /** How many milliseconds a request to this endpoint would wait for the endpoint's own rate. Reserves nothing. */
  waitMs(endpoint: string): number;
  /** Stops requests to this endpoint for `ms`. Called after a 429. */
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
      followClock(bucket, now);
      return waitOf(bucket, now);
    },
    hold(endpoint, ms) {
      const bucket = bucketOf(endpoint);
      const now = clock.now().getTime();
      followClock(bucket, now);
      bucket.free = Math.max(bucket.free, now + burstMs(bucket)) + ms;
    },
  };
}

interface Bucket {
  /** Requests per second. */
  rate: number;
  /** When the requests reserved so far are used up, at this rate. */
  free: number;
  /** The time of the last call. */
  seenAt: number;
}

const BURST_MS = 1_000;

/** At least one request's time. Otherwise a slow bucket could never send at once, and its type would never be claimed. */
function burstMs({ rate }: Bucket): number {
  return Math.max(BURST_MS, 1_000 / rate);
}

/** If the clock was set back, moves `free` back too. Otherwise nothing would be sent until the clock has caught up. */
function followClock(bucket: Bucket, now: number): void {
  if (now < bucket.seenAt) bucket.free -= bucket.seenAt - now;
  bucket.seenAt = now;
}

function reserve(bucket: Bucket, now: number): number {
  followClock(bucket, now);
  const wait = waitOf(bucket, now);
  bucket.free = Math.max(bucket.free, now) + 1_000 / bucket.rate;
  return wait;
}

function waitOf(bucket: Bucket, now: number): number {
  return Math.max(0, Math.max(bucket.free, now) + 1_000 / bucket.rate - now - burstMs(bucket));
}
