/**
 * The inbox: every event that was acknowledged, and the marks on the objects that they are about. In reading order:
 *
 * - `arrival` parses an event: `stripe-event` is its form, `snapshot` the object in it, `parents` where Stripe has that
 *   object, and `whose` the account that it belongs to.
 * - `inbox` gathers arrivals into one transaction; `accept` is what happens in it. `events` is the table of events.
 * - `accept-at-once` does the same for ordinary events in one statement; `accept-functions` is its SQL.
 * - `hint` says that an object may have changed; `marks` keeps the objects that are not proven yet; `mark-statements` is
 *   its SQL.
 * - `dead-letters` shows and retries what could not be proven; `replay` hints again at the objects of stored events.
 * - `sources` is the accounts that are mirrored; `maintenance` keeps the table of events in partitions.
 */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import { accept, type AcceptDeps, type Accepted, type AcceptOutcome } from './accept.js';
import { isOrdinary, type AcceptAtOnce } from './accept-at-once.js';
import type { Arrival } from './arrival.js';
import { withoutTypes } from './bare.js';

export interface InboxDeps extends AcceptDeps {
  database: Database;
  clock: Clock;
  log: Log;
  /** The short way for ordinary events. Default: all take the transaction of `accept`. */
  acceptAtOnce?: AcceptAtOnce | undefined;
  /** Called after each commit: there are marks to prove, and these objects are now shown. */
  onAccepted: (shown: readonly ObjectKey[]) => void;
  /** Called after each commit, with what it took and how each ended. */
  onTaken?: ((arrivals: readonly Arrival[], accepted: Accepted) => void) | undefined;
  /** Called when events could not be stored, and the events are not the cause. */
  onNotStored?: (() => void) | undefined;
}

export interface InboxConfig {
  /** Events in one transaction at most. */
  readonly batchMax: number;
  /** Events waiting for the disk at most; beyond it `accept` refuses, and Stripe tries again. */
  readonly waitingMax: number;
  /** Types that are not mirrored. Default: all are. */
  readonly leaveOut?: readonly string[] | undefined;
}

interface Waiting {
  arrival: Arrival;
  /** Those of one way are taken together: a source, for ordinary events; undefined for all others. */
  way: string | undefined;
  resolve: (outcome: AcceptOutcome) => void;
  reject: (error: unknown) => void;
}

const CONFLICT_TRIES = 5;

/**
 * Group commit: while one transaction is on its way to the disk, arrivals gather, and the next transaction takes them
 * all. There is no timer: a single event is written at once, and a thousand at a time in a few transactions.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #config: InboxConfig;
  readonly #leftOut: ReadonlySet<string>;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: InboxDeps, config: InboxConfig) {
    this.#deps = deps;
    this.#config = config;
    this.#leftOut = new Set(config.leaveOut);
  }

  /**
   * Resolves once the event is on disk with its mark.
   * @throws database_unreachable, inbox_full it is not on disk; answer Stripe 503
   */
  accept(given: Arrival): Promise<AcceptOutcome> {
    const arrival = withoutTypes(given, this.#leftOut);
    if (this.#isStopped) return Promise.reject(new LockstepError('stopped', 'The service is stopping'));
    if (this.#waiting.length >= this.#config.waitingMax) return Promise.reject(full());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ arrival, way: wayOf(arrival), resolve, reject });
      this.#flushing ??= Promise.resolve().then(() => this.#flush());
    });
  }

  /** Waits for what was accepted before; refuses what comes after. A second call does nothing more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#flushing;
    this.#waiting = [];
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      await setImmediate(); // what has arrived on other connections by now is read first, and taken along
      await this.#store(this.#take());
    }
    this.#flushing = undefined;
  }

  /** Takes the first one that waits, and those behind it that one statement or transaction takes together with it. */
  #take(): Waiting[] {
    const way = this.#waiting[0]?.way;
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let next = 0;
    for (; next < this.#waiting.length && taken.length < this.#config.batchMax; next += 1) {
      const waiting = this.#waiting[next] as Waiting;
      (waiting.way === way ? taken : left).push(waiting);
    }
    this.#waiting = [...left, ...this.#waiting.slice(next)];
    return taken;
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    const { log, onAccepted, onTaken } = this.#deps;
    const arrivals = batch.map(({ arrival }) => arrival);
    try {
      const accepted = await write(this.#deps, arrivals);
      const { outcomes, shown, bound } = accepted;
      for (const source of bound) log.info({ event: 'source.bound', ...source, by: 'event' });
      batch.forEach(({ resolve }, index) => resolve(outcomes[index] as AcceptOutcome));
      onAccepted(shown);
      onTaken?.(arrivals, accepted);
    } catch (error) {
      // One event that cannot be stored must not keep the others out: each is stored alone, and then without its
      // snapshot.
      if (failureOf(error) === 'data' && batch.length > 1) {
        for (const waiting of batch) await this.#store([waiting]);
      } else if (failureOf(error) === 'data' && batch[0]?.arrival.snapshot) {
        log.warn({ event: 'inbox.not_shown', id: batch[0].arrival.id, reason: messageOf(error) });
        await this.#store([{ ...batch[0], arrival: { ...batch[0].arrival, snapshot: null } }]);
      } else {
        this.#refuse(batch, error);
      }
    }
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    const { log, onNotStored } = this.#deps;
    if (failureOf(error) !== 'data') onNotStored?.();
    // If the database is away, those that wait are refused too: each batch, with its senders, would wait for it again.
    const behind = isAway(error) ? this.#waiting.splice(0) : [];
    log.error({ event: 'inbox.not_stored', count: batch.length + behind.length, reason: messageOf(error) });
    for (const { reject } of [...batch, ...behind]) reject(error);
  }
}

/** One statement takes ordinary events of one source, the transaction all others. */
function wayOf(arrival: Arrival): string | undefined {
  return isOrdinary(arrival) ? `${arrival.account} ${arrival.livemode}` : undefined;
}

/** Arrivals that go the same way. */
async function write(deps: InboxDeps, arrivals: readonly Arrival[]): Promise<Accepted> {
  const { database, clock, acceptAtOnce } = deps;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const accepted = arrivals.every(isOrdinary) ? await acceptAtOnce?.(database, arrivals, clock.now()) : undefined;
      return accepted ?? (await database.transaction((tx) => accept(tx, deps, arrivals, clock.now())));
    } catch (error) {
      const failure = failureOf(error);
      // On another connection. If the first try did commit, its events count as duplicates.
      const isAgain = failure === 'conflict' ? attempt < CONFLICT_TRIES : failure === 'session' && attempt === 1;
      if (!isAgain) throw error;
    }
  }
}

function isAway(error: unknown): boolean {
  const failure = failureOf(error);
  return failure === 'away' || failure === 'session';
}

function full(): LockstepError {
  return new LockstepError('inbox_full', 'Too many events are waiting for the database', {
    hint: 'send it again in a few seconds; Stripe retries by itself',
  });
}
