import type { Claim, Marks } from '../inbox/marks.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Reading } from '../stripe/gateway.js';

/** A claim whose proof is under way. */
export interface Held {
  readonly claim: Claim;
  /** Ends its read. */
  readonly reading: AbortController;
  /** What a page shows of the object, asked for after the claim. Absent if the object is read by itself. */
  readonly onPage?: Promise<Reading | undefined> | undefined;
  /** Another worker has the object, or this one could not say for a whole lease that it lives. */
  isLost: boolean;
  /** Renewals in a row that did not get through. */
  missed: number;
}

export interface RenewalOptions {
  marks: Marks;
  /** The claims whose proofs are under way. */
  held: () => Held[];
  leaseMs: number;
  clock: Clock;
  log: Log;
}

/** Renews all claims of a worker with one statement, three times within a lease, while there are any. */
export interface ClaimRenewal {
  /** There are claims. Does nothing where it runs. */
  run(): void;
  /** Nothing is sent any more; what is under way is not waited for, since the database may not answer. */
  stop(): Promise<void>;
}

/** Renewals within a lease. It ends where as many in a row were missed: counted, since clocks jump. */
const TIMES = 3;
const LOST = 'lost';

export function createRenewal({ marks, held, leaseMs, clock, log }: RenewalOptions): ClaimRenewal {
  const ended = new AbortController();
  let running: Promise<void> | undefined;
  let sending: Promise<void> | undefined;

  const renew = async (claims: readonly Held[]): Promise<void> => {
    try {
      const found = await marks.renew(
        claims.map(({ claim }) => claim),
        clock.now(),
        leaseMs,
      );
      const renewed = new Map(found.map((one) => [one.token, one.renewed]));
      for (const one of claims) {
        const moved = renewed.get(one.claim.token);
        if (moved === undefined) lose(one);
        else if (moved) one.missed = 0;
      }
    } catch (error) {
      log.warn({ event: 'sync.not_renewed', claims: claims.length, reason: messageOf(error) });
    }
  };

  const tick = (): void => {
    const claims = held();
    for (const one of claims) {
      one.missed += 1;
      if (one.missed >= TIMES) lose(one);
    }
    const living = claims.filter(({ isLost }) => !isLost);
    // A database that does not answer is not asked again until then; the leases end all the same.
    if (living.length > 0) sending ??= renew(living).finally(() => (sending = undefined));
  };

  const loop = async (): Promise<void> => {
    while (held().length > 0 && !ended.signal.aborted) {
      await clock.sleep(leaseMs / TIMES, ended.signal);
      if (!ended.signal.aborted) tick();
    }
    running = undefined;
  };

  return {
    run: () => void (running ??= loop()),
    async stop() {
      ended.abort();
      await running;
    },
  };
}

function lose(one: Held): void {
  one.isLost = true;
  one.reading.abort(LOST);
}

/** What the read found, or a failure as soon as the claim is lost: its place is free then, whatever Stripe still answers. */
export function untilLost<T>(held: Held, work: Promise<T>): Promise<T> {
  const { signal } = held.reading;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      if (held.isLost) reject(new Error('the claim was lost'));
    };
    signal.addEventListener('abort', end);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
