import type { Clock } from '../kernel/clock.js';
import { burstMs, followClock, reserve, waitOf, type Bucket } from './bucket.js';
import { ALL, createSharing, type Turns } from './turns.js';

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

/**
 * The budget of this process. With `turns` it is a part of the budget of all processes: each request is reserved there
 * too, and what is reserved there counts here. If `turns` fails, the budget is that of this process alone.
 */
export function createBudget(rates: BudgetRates, clock: Clock, turns?: Turns): Budget {
  const buckets = new Map<string, Bucket>();
  const bucketOf = (endpoint: string): Bucket => {
    let bucket = buckets.get(endpoint);
    if (bucket === undefined) {
      bucket = { rate: endpoint === ALL ? rates.total : rates.perEndpoint, free: 0, seenAt: 0 };
      buckets.set(endpoint, bucket);
    }
    return bucket;
  };
  const now = (): number => clock.now().getTime();
  const share = turns === undefined ? undefined : createSharing(turns, { bucketOf, now });
  return {
    async take(endpoint, signal) {
      const at = now();
      const own = Math.max(reserve(bucketOf(ALL), at), reserve(bucketOf(endpoint), at));
      const shared = await share?.reserve(endpoint);
      const wait = Math.max(own - (now() - at), shared ?? 0);
      if (wait > 0) await clock.sleep(wait, signal);
    },
    waitMs(endpoint) {
      const bucket = buckets.get(endpoint);
      if (bucket === undefined) return 0;
      const at = now();
      followClock(bucket, at);
      return waitOf(bucket, at);
    },
    hold(endpoint, ms) {
      const bucket = bucketOf(endpoint);
      const at = now();
      followClock(bucket, at);
      bucket.free = Math.max(bucket.free, at + burstMs(bucket)) + ms;
      share?.hold(endpoint, ms);
    },
  };
}
