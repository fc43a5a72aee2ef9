import type { Clock } from '../../../src/kernel/clock.js';
import type { Operation } from './operation.js';
import { RateLimited } from './trouble.js';

/** Requests per second and account; 0 is without limit. Stripe's own numbers: https://docs.stripe.com/rate-limits. */
export interface RateLimits {
  /** All endpoints together: 100 live, 25 in a sandbox. */
  account_per_second: number;
  /** Each verb and address, whatever the id in it: 25. */
  endpoint_per_second: number;
  /** All searches together: 20. */
  search_per_second: number;
}

/** Counts requests in whole seconds of real time: the emulator's clock does not change how fast a client may ask. */
export class RateLimiter {
  #second = 0;
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly limits: () => RateLimits,
    private readonly clock: Clock,
  ) {}

  /** Counts a request. @throws RateLimited it is one too many */
  count(account: string, { verb, path }: Operation): void {
    const { account_per_second: all, endpoint_per_second: each, search_per_second: searches } = this.limits();
    if (all + each + searches === 0) return;
    const second = Math.floor(this.clock.now().getTime() / 1000);
    if (second !== this.#second) this.#counts.clear();
    this.#second = second;
    if (this.#exceeds(account, all)) throw new RateLimited('account_per_second', 'global-rate');
    if (path.endsWith('/search') && this.#exceeds(`${account} search`, searches))
      throw new RateLimited('search_per_second', 'endpoint-rate');
    if (this.#exceeds(`${account} ${verb} ${path}`, each))
      throw new RateLimited('endpoint_per_second', 'endpoint-rate');
  }

  #exceeds(what: string, limit: number): boolean {
    if (limit === 0) return false;
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return count > limit;
  }
}
