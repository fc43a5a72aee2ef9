import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Mirror } from '../mirror/mirror.js';
import type { ObjectKey, Source } from '../mirror/source.js';
import type { Database, Queryable } from '../store/database.js';
import { factsOf, stripeFailureOf } from '../stripe/failure.js';
import type { Gateway, Reading } from '../stripe/gateway.js';
import { claim, nextDue, release, type Claim } from './claim.js';
import { createMissingGuard } from './missing-guard.js';
import { giveBack } from './postpone.js';
import { deletionReported, sameStripe } from './second-opinion.js';
import { settle, type Proof, type Settled } from './settle.js';

export interface WorkerOptions {
  database: Database;
  mirror: Mirror;
  gateway: Gateway;
  source: Source;
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

const PAUSE_MS = 30_000;
const DATABASE_AWAY_MS = 1_000;

/** The proving loop: claim, read, write, clear. Any number of these may run on one PostgreSQL. */
export function createWorker(options: WorkerOptions): Worker {
  const { database, mirror, gateway, source, clock, log } = options;
  const { concurrency = 8, leaseMs = 60_000, pollMs = 500, acceptMissing = false } = options;
  const guard = createMissingGuard();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let nap = new AbortController();
  let pausedBy: string | null = null;
  let running: Promise<void> | undefined;

  const wake = (): void => nap.abort();

  const rest = async (ms: number): Promise<void> => {
    nap = new AbortController();
    await clock.sleep(ms, AbortSignal.any([nap.signal, stopping.signal]));
  };

  const believe = async (one: Claim, { found }: Reading): Promise<boolean> => {
    if (found !== null) return !guard.note('found', true);
    const explained = acceptMissing || (await deletionReported(database, one.type, one.id));
    if (!guard.note('missing', explained)) return true;
    if (await sameStripe(database, mirror, gateway, source)) {
      guard.clear();
      return true;
    }
    pausedBy ??= 'many objects are missing at Stripe, and no event says that they were deleted';
    log.error({ event: 'sync.paused', reason: pausedBy });
    return false;
  };

  const prove = async (one: Claim): Promise<void> => {
    const { type, id } = one;
    try {
      const reading = await gateway.read(type, id, one.parents, stopping.signal);
      if (!(await believe(one, reading))) return await release(database, [one]);
      const settled = await write(one, reading);
      log.debug({ event: 'sync.settled', type, id, settled, found: reading.found !== null });
      options.onSettled(one, settled);
    } catch (error) {
      if (stopping.signal.aborted) return release(database, [one]);
      await postponed(one, error);
    }
  };

  const write = async (one: Claim, reading: Reading): Promise<Settled> => {
    try {
      return await settle(one, reading, { database, mirror, onProof: options.onProof, now: clock.now() });
    } catch (cause) {
      throw new UnwrittenProof(cause);
    }
  };

  const postponed = async (one: Claim, error: unknown): Promise<void> => {
    const { type, id } = one;
    const cause = error instanceof UnwrittenProof ? error.cause : error;
    if (databaseAway(cause)) return; // the lease runs out by itself, and nothing can be noted now
    const failure = error instanceof UnwrittenProof ? 'unwritable' : stripeFailureOf(error);
    const { dead, afterMs } = await giveBack(database, one, { failure, error: cause }, clock.now());
    log.warn({
      event: dead ? 'sync.dead' : 'sync.postponed',
      type,
      id,
      failure,
      afterMs,
      reason: messageOf(cause),
      ...factsOf(cause),
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

  const resumed = async (): Promise<boolean> => {
    if (pausedBy === null) return true;
    if (!(await sameStripe(database, mirror, gateway, source).catch(() => false))) return false;
    guard.clear();
    pausedBy = null;
    log.info({ event: 'sync.resumed' });
    return true;
  };

  const turn = async (): Promise<void> => {
    if (!(await resumed())) return rest(PAUSE_MS);
    const free = concurrency - underWay.size;
    // Listen before looking: a mark made between the two must not wait for the next poll.
    nap = new AbortController();
    const listening = nap;
    const claims = free > 0 ? await claim(database, { limit: free, now: clock.now(), leaseMs }) : [];
    for (const one of claims) track(prove(one));
    if (claims.length === free && free > 0) return;
    const due = underWay.size === 0 ? await nextDue(database) : undefined;
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
    paused: () => pausedBy,
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
