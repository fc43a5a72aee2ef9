import type { Events } from '../inbox/events.js';
import type { Claim, Marks } from '../inbox/marks.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database, Queryable } from '../store/database.js';
import { factsOf, stripeFailureOf } from '../stripe/failure.js';
import type { Reading } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import { createBelief, PAUSE_MS } from './belief.js';
import { createPace } from './pace.js';
import { giveBack } from './postpone.js';
import { settle, type Proof, type Settled } from './settle.js';

export interface WorkerOptions {
  database: Database;
  marks: Marks;
  events: Events;
  mirror: Mirror;
  gateways: Gateways;
  /** The accounts whose objects, and whose connected accounts' objects, are proven here. */
  homes: readonly Source[];
  clock: Clock;
  log: Log;
  /** Reads under way at once. Default 8. */
  concurrency?: number | undefined;
  /** How long a claim holds without an answer. Default 60 s: three requests' time-out. */
  leaseMs?: number | undefined;
  /** How often marks made by other processes are looked for. Default 500 ms. */
  pollMs?: number | undefined;
  /** Believe 404s without a second opinion, however many. Default false. */
  acceptMissing?: boolean | undefined;
  /** Runs in the transaction that writes a proof: what it throws undoes the proof, and the object is tried again. */
  onProof: (tx: Queryable, proof: Proof) => Promise<void>;
  /** After the commit. */
  onSettled: (key: ObjectKey, settled: Settled) => void;
}

export interface Worker {
  start(): void;
  /** There are new marks: look now. */
  readonly wake: () => void;
  /** Why proving is paused; null while it runs. */
  paused(): string | null;
  /** Ends the reads under way, gives their claims back. A second call does nothing more. */
  stop(): Promise<void>;
}

const DATABASE_AWAY_MS = 1_000;

/** The proving loop: claim, read, write, clear. Any number of these may run on one PostgreSQL. */
export function createWorker(options: WorkerOptions): Worker {
  const { database, marks, mirror, gateways, homes, clock, log } = options;
  const { concurrency = 8, leaseMs = 60_000, pollMs = 500, acceptMissing = false } = options;
  const belief = createBelief({ ...options, acceptMissing });
  const pace = createPace();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let nap = new AbortController();
  let running: Promise<void> | undefined;

  const wake = (): void => nap.abort();

  const rest = async (ms: number): Promise<void> => {
    nap = new AbortController();
    await clock.sleep(ms, AbortSignal.any([nap.signal, stopping.signal]));
  };

  const prove = async (one: Claim): Promise<void> => {
    const { type, id } = one;
    try {
      const now = clock.now();
      if (!(await belief.open(one, now))) return await marks.release(one, new Date(now.getTime() + PAUSE_MS));
      const notBefore = pace.begin(one, now);
      if (notBefore !== undefined) return await marks.release(one, notBefore);
      const reading = await gateways(one).read(type, id, one.parents, stopping.signal);
      if (!(await belief.believes(one, reading))) {
        return await marks.release(one, new Date(clock.now().getTime() + PAUSE_MS));
      }
      const settled = await write(one, reading);
      log.debug({ event: 'sync.settled', type, id, settled, found: reading.found !== null });
      options.onSettled(one, settled);
    } catch (error) {
      if (stopping.signal.aborted) return marks.release(one);
      await postponed(one, error);
    }
  };

  const write = async (one: Claim, reading: Reading): Promise<Settled> => {
    try {
      return await settle(one, reading, { database, marks, mirror, onProof: options.onProof, now: clock.now() });
    } catch (cause) {
      throw new UnwrittenProof(cause);
    }
  };

  const postponed = async (one: Claim, error: unknown): Promise<void> => {
    const { type, id } = one;
    const cause = error instanceof UnwrittenProof ? error.cause : error;
    if (databaseAway(cause)) return; // the lease runs out by itself, and nothing can be noted now
    const failure = error instanceof UnwrittenProof ? 'unwritable' : stripeFailureOf(error);
    if (failure === 'unauthenticated') belief.refused(one);
    const { dead, afterMs } = await giveBack(marks, one, { failure, error: cause }, clock.now());
    log.warn({
      ...factsOf(cause),
      event: dead ? 'sync.dead' : 'sync.postponed',
      type,
      id,
      failure,
      afterMs,
      reason: messageOf(cause),
    });
  };

  const track = (work: Promise<void>): void => {
    const tracked = work
      .catch((error: unknown) => log.error({ event: 'sync.failed', reason: messageOf(error) }))
      .finally(() => {
        underWay.delete(tracked);
        wake();
      });
    underWay.add(tracked);
  };

  const turn = async (): Promise<void> => {
    const free = concurrency - underWay.size;
    // Listen before looking: a mark made between the two must not wait for the next poll.
    nap = new AbortController();
    const listening = nap;
    const claims = free > 0 ? await marks.claim({ limit: free, now: clock.now(), leaseMs, homes }) : [];
    for (const one of claims) track(prove(one));
    if (claims.length === free && free > 0) return;
    const due = underWay.size === 0 ? await marks.nextDue(homes) : undefined;
    const ms = due === undefined ? pollMs : Math.min(pollMs, Math.max(1, due.getTime() - clock.now().getTime()));
    if (!listening.signal.aborted) await clock.sleep(ms, AbortSignal.any([listening.signal, stopping.signal]));
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await turn();
      } catch (error) {
        log.error({ event: 'sync.turn_failed', reason: messageOf(error) });
        await rest(DATABASE_AWAY_MS);
      }
    }
    await Promise.all(underWay);
  };

  return {
    start: () => void (running ??= run()),
    wake,
    paused: () => belief.paused(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

// Not by the network's error codes: a Stripe that refuses connections has the same ones.
function databaseAway(error: unknown): boolean {
  return error instanceof LockstepError && error.code === 'database_unreachable';
}

/** Stripe answered, but the answer could not be written: told apart from Stripe's own refusals. */
class UnwrittenProof extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
