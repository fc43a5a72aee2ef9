/** The requests to one endpoint, or to all together, and their rate. */
export interface Bucket {
  /** Requests per second. */
  rate: number;
  /** When the requests reserved so far are used up, at this rate. */
  free: number;
  /** The time of the last call. */
  seenAt: number;
}

const BURST_MS = 1_000;

/**
 * How long a rate may be used ahead: a second's worth of requests goes at once. It is at least one request's time. Otherwise
 * a slow bucket could never send at once, and its type would never be claimed.
 */
export function burstMs({ rate }: Bucket): number {
  return Math.max(BURST_MS, 1_000 / rate);
}

/** If the clock was set back, moves `free` back too. Otherwise nothing would be sent until the clock has caught up. */
export function followClock(bucket: Bucket, now: number): void {
  if (now < bucket.seenAt) bucket.free -= bucket.seenAt - now;
  bucket.seenAt = now;
}

/** Reserves a request. Returns how many milliseconds it has to wait. */
export function reserve(bucket: Bucket, now: number): number {
  followClock(bucket, now);
  const wait = waitOf(bucket, now);
  bucket.free = Math.max(bucket.free, now) + 1_000 / bucket.rate;
  return wait;
}

/** How many milliseconds the next request would have to wait. */
export function waitOf(bucket: Bucket, now: number): number {
  return Math.max(0, Math.max(bucket.free, now) + 1_000 / bucket.rate - now - burstMs(bucket));
}
