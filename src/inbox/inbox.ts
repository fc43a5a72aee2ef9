import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import { accept, type Accepted, type AcceptParts, type AcceptOutcome } from './accept.js';
import type { Arrival } from './arrival.js';

export interface InboxOptions extends AcceptParts {
  database: Database;
  clock: Clock;
  log: Log;
  /** Events in one transaction at most. Default 200. */
  batchMax?: number;
  /** Events waiting for the disk at most; beyond it `accept` refuses, and Stripe tries again. Default 5,000. */
  waitingMax?: number;
  /** Called after each commit: there are marks to prove, and these objects are now shown. */
  onAccepted: (shown: readonly ObjectKey[]) => void;
  /** Called when events could not be stored, through no fault of the events. */
  onNotStored?: () => void;
}

export interface Inbox {
  /**
   * Resolves once the event is on disk with its mark.
   * @throws database_unreachable it is not; Stripe must be told so (503)
   */
  accept(arrival: Arrival): Promise<AcceptOutcome>;
  /** Waits for what was accepted before; refuses what comes after. A second call does nothing more. */
  stop(): Promise<void>;
}

interface Waiting {
  arrival: Arrival;
  resolve: (outcome: AcceptOutcome) => void;
  reject: (error: unknown) => void;
}

const CONFLICT_TRIES = 5;

/**
 * Group commit: while one transaction is on its way to the disk, arrivals gather, and the next takes them all. No timer:
 * a lone event is written at once, a thousand at a time are written in a few transactions.
 */
export function createInbox({
  database,
  clock,
  log,
  batchMax = 200,
  waitingMax = 5_000,
  onAccepted,
  onNotStored,
  ...parts
}: InboxOptions): Inbox {
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let stopped = false;

  const write = async (arrivals: readonly Arrival[]): Promise<Accepted> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await database.transaction((tx) => accept(tx, parts, arrivals, clock.now()));
      } catch (error) {
        const failure = failureOf(error);
        // On another connection: what the first try did commit after all is found to be there.
        const isAgain = failure === 'conflict' ? attempt < CONFLICT_TRIES : failure === 'session' && attempt === 1;
        if (!isAgain) throw error;
      }
    }
  };

  const settle = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const { outcomes, shown, bound } = await write(batch.map(({ arrival }) => arrival));
      for (const source of bound) log.info({ event: 'source.bound', ...source, by: 'event' });
      batch.forEach(({ resolve }, index) => resolve(outcomes[index] as AcceptOutcome));
      onAccepted(shown);
    } catch (error) {
      // One member that cannot be stored must not keep the others out: each alone, then as a mere hint.
      if (failureOf(error) === 'data' && batch.length > 1) {
        for (const one of batch) await settle([one]);
      } else if (failureOf(error) === 'data' && batch[0]?.arrival.snapshot) {
        log.warn({ event: 'inbox.not_shown', id: batch[0].arrival.id, reason: messageOf(error) });
        await settle([{ ...batch[0], arrival: { ...batch[0].arrival, snapshot: null } }]);
      } else {
        if (failureOf(error) !== 'data') onNotStored?.();
        // A database that is away stays away for those behind: each batch, with its senders, would wait for it again.
        const behind = isAway(error) ? waiting.splice(0) : [];
        log.error({ event: 'inbox.not_stored', count: batch.length + behind.length, reason: messageOf(error) });
        for (const { reject } of [...batch, ...behind]) reject(error);
      }
    }
  };

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) await settle(waiting.splice(0, batchMax));
    flushing = undefined;
  };

  return {
    accept(arrival) {
      if (stopped) return Promise.reject(new LockstepError('stopped', 'The service is stopping'));
      if (waiting.length >= waitingMax) {
        return Promise.reject(
          new LockstepError('database_unreachable', 'Too many events are waiting for the database'),
        );
      }
      return new Promise((resolve, reject) => {
        waiting.push({ arrival, resolve, reject });
        flushing ??= Promise.resolve().then(flush);
      });
    },
    async stop() {
      stopped = true;
      await flushing;
      waiting = [];
    },
  };
}

function isAway(error: unknown): boolean {
  const failure = failureOf(error);
  return failure === 'away' || failure === 'session';
}
