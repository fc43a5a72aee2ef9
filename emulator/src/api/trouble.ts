import type { Faults, FaultSwitch } from '../delivery/fault.js';
import type { ProblemBody } from './problem.js';
import { Problem } from './problem.js';

/** The faults that hit one request. */
export interface Trouble {
  /** The request is refused with this status before anything is done. */
  refused?: 'limited' | 'locked' | 'broken';
  /** The work is undone, and the answer is 500. The idempotency key returns that 500 from then on. */
  broken: boolean;
  /** The work is done, and the connection is closed before the answer. */
  cut: boolean;
  /** A read returns an object as it was before its last change, if that is at most this long ago. 0: off. */
  staleMs: number;
}

export const NO_TROUBLE: Trouble = { broken: false, cut: false, staleMs: 0 };

/** Stripe's reasons for a 429 (https://docs.stripe.com/rate-limits). */
export type LimitReason = 'endpoint-rate' | 'global-rate';

/** A problem that a fault made. */
export class Injected extends Problem {
  constructor(
    readonly fault: keyof Faults,
    status: number,
    message: string,
    body: ProblemBody,
  ) {
    super(status, message, body);
  }
}

/** A 429 with Stripe's message. The reason is sent in a header. */
export class RateLimited extends Injected {
  constructor(
    fault: keyof Faults,
    readonly reason: LimitReason,
  ) {
    const message = 'Request rate limit exceeded. Learn more about rate limits at https://stripe.com/docs/rate-limits.';
    super(fault, 429, message, { type: 'invalid_request_error', code: 'rate_limit' });
  }
}

export const brokenProblem = (fault: keyof Faults): Problem =>
  new Injected(fault, 500, 'An unknown error occurred.', { type: 'api_error' });

/** An object that another request has locked for too long (https://docs.stripe.com/rate-limits, "Object lock timeouts"). */
const lockedProblem = (): Problem =>
  new Injected(
    'lock_every',
    429,
    'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.',
    { type: 'invalid_request_error', code: 'lock_timeout' },
  );

/** @throws Problem a fault refuses the request */
export function refuse({ refused }: Trouble): void {
  if (refused === 'broken') throw brokenProblem('error_every');
  if (refused === 'locked') throw lockedProblem();
  if (refused === 'limited') throw new RateLimited('limit_every', 'endpoint-rate');
}

function refusalOf(faults: FaultSwitch, verb: string): Trouble['refused'] {
  if (faults.hits('limit_every')) return 'limited';
  if (verb !== 'GET' && faults.hits('lock_every')) return 'locked';
  return faults.hits('error_every') ? 'broken' : undefined;
}

/** Draws which faults hit the next request. */
export function troubleOf(faults: FaultSwitch, verb: string): Trouble {
  const refused = refusalOf(faults, verb);
  return {
    ...(refused === undefined ? {} : { refused }),
    broken: verb !== 'GET' && faults.hits('break_every'),
    cut: faults.hits('cut_every'),
    staleMs: verb === 'GET' && faults.hits('stale_every') ? faults.get().stale_ms : 0,
  };
}
