import type { Events } from '../inbox/events.js';
import type { Claim, Marks } from '../inbox/marks.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError, messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Database, Queryable } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import { factsOf, stripeFailureOf, type StripeFailure } from '../stripe/failure.js';
import type { Reading } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import { createTrust, PAUSE_MS } from './trust.js';
import { createPace } from './pace.js';
import { places } from './places.js';
import { giveBack } from './postpone.js';
import { readClaimed } from './read.js';
import { createRenewal, untilLost, type Held } from './renewal.js';
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
  /** Proofs under way at once. Default 12: a quarter is kept for the backlog, and a quarter for what goes ahead of it. */
  concurrency?: number | undefined;
  /** How long a claim holds without a sign of life. It is renewed three times within that time. Default 8 s. */
  leaseMs?: number | undefined;
  /** How often marks made by other processes are looked for. Default 500 ms. */
  pollMs?: number | undefined;
  /** Where no loop runs: whether new marks start a drain. Default false. */
  onDemand?: boolean | undefined;
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
  /**
   * Proves until nothing falls due within some seconds; what is put off for longer stays marked. Also beside the loop.
   * @throws database_unreachable
   */
  drain(): Promise<void>;
  /** Why proving is paused; null while it runs. */
  paused(): string | null;
  /** Ends the reads under way, gives their claims back. A second call does nothing more. */
  stop(): Promise<void>;
}

const DATABASE_AWAY_MS = 1_000;
/** What a drain waits for: longer than the pace holds a busy object back, shorter than a host's patience. */
const PATIENCE_MS = 2_000;
const LOOK_MS = 10;
/** With a reason of our own no exception is made, stack and all, each time that somebody wakes the loop. */
const WOKEN = 'woken';
const STOPPED = 'stopped';

/** The proving loop: claim, read, write, clear. Any number of these may run on one PostgreSQL. */
export function createWorker(options: WorkerOptions): Worker {
  const { database, marks, mirror, gateways, homes, clock, log } = options;
  const { concurrency = 12, leaseMs = 8_000, pollMs = 500, onDemand = false, acceptMissing = false } = options;
  const stopping = new AbortController();
  const trust = createTrust({ ...options, acceptMissing, signal: stopping.signal });
  const pace = createPace();
  const underWay = new Map<Held, Promise<void>>();
  const renewal = createRenewal({ marks, held: () => [...underWay.keys()], leaseMs, clock, log });
  /** Types whose endpoints have been short of late. */
  let short = new Set<string>();
  let claimed = 0;
  let nap = new AbortController();
  let running: Promise<void> | undefined;
  let draining: Promise<void> | undefined;

  const wake = (): void => {
    nap.abort(WOKEN);
    if (onDemand && running === undefined && !stopping.signal.aborted) void drain().catch(failed);
  };
  const failed = (error: unknown): void => log.error({ event: 'sync.turn_failed', reason: messageOf(error) });

  const rest = async (ms: number): Promise<void> => {
    nap = new AbortController();
    if (!stopping.signal.aborted) await clock.sleep(ms, nap.signal);
  };

  const prove = async (held: Held): Promise<void> => {
    const { claim: one, reading: ending } = held;
    const { type, id } = one;
    try {
      const now = clock.now();
      if (!(await trust.open(one, now))) return await marks.postpone(one, new Date(now.getTime() + PAUSE_MS));
      const notBefore = pace.begin(one, now);
      if (notBefore !== undefined) return await marks.release(one, notBefore);
      const reading = await untilLost(
        held,
        readClaimed(one, { database, mirror, gateway: gateways(one) }, ending.signal),
      );
      if (!(await trust.believes(one, reading))) {
        return await marks.postpone(one, new Date(clock.now().getTime() + PAUSE_MS));
      }
      const settled = await write(one, reading);
      log.debug({ event: 'sync.settled', type, id, settled, found: reading.found !== null });
      options.onSettled(one, settled);
    } catch (error) {
      if (held.isLost) {
        log.debug({ event: 'sync.settled', type, id, settled: 'lost' });
        return options.onSettled(one, 'lost');
      }
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
    const failure = error instanceof UnwrittenProof ? 'unwritable' : failureOfRead(error);
    if (failure === 'unauthenticated') trust.refused(one);
    const { dead, afterMs } = await giveBack(marks, one, { failure, error: cause }, clock.now());
    log[failure === 'internal' ? 'error' : 'warn']({
      ...factsOf(cause),
      event: dead ? 'sync.dead' : 'sync.postponed',
      type,
      id,
      failure,
      afterMs,
      reason: messageOf(cause),
    });
  };

  const track = (claim: Claim): void => {
    const held: Held = { claim, reading: new AbortController(), isLost: false, missed: 0 };
    if (stopping.signal.aborted) held.reading.abort(STOPPED);
    const tracked = prove(held)
      .catch((error: unknown) => log.error({ event: 'sync.failed', reason: messageOf(error) }))
      .finally(() => {
        underWay.delete(held);
        wake();
      });
    underWay.set(held, tracked);
    renewal.run();
  };

  /** How long a read of the type would wait for its rate, at the slowest of the accounts. */
  const waitMs = (type: string): number =>
    Math.max(0, ...homes.map((home) => gateways({ ...home, platform: home.account }).readWaitMs(type)));

  const claim = async (): Promise<{ isFull: boolean; againMs: number }> => {
    const now = [...underWay.keys()].map(({ claim: { lane, type } }) => ({ lane, type }));
    short = new Set([...[...short].filter((type) => waitMs(type) > 0), ...now.map(({ type }) => type)]);
    const { limit, ahead, backlog, againMs } = places({
      concurrency,
      underWay: now,
      waitMs,
      types: short,
      turn: claimed,
    });
    if (limit === 0) return { isFull: false, againMs };
    const claims = await marks.claim({ limit, ahead, backlog, now: clock.now(), leaseMs, homes });
    claimed += claims.length;
    for (const one of claims) track(one);
    return { isFull: claims.length === limit, againMs };
  };

  /** One round. False: nothing is under way and nothing falls due within `patienceMs`. */
  const turn = async (patienceMs = Infinity): Promise<boolean> => {
    // Listen before looking: a mark made between the two must not wait for the next poll.
    nap = new AbortController();
    const listening = nap;
    const { isFull, againMs } = await claim();
    if (isFull) return true;
    const isIdle = underWay.size === 0 && againMs === Infinity;
    const dueMs = isIdle ? await dueInMs() : Math.min(pollMs, againMs);
    if (listening.signal.aborted || stopping.signal.aborted) return true;
    if (isIdle && dueMs > patienceMs) return false;
    await clock.sleep(Math.min(pollMs, dueMs), listening.signal);
    return true;
  };

  const dueInMs = async (): Promise<number> => {
    const due = await marks.nextDue(homes, clock.now());
    return due === undefined ? Infinity : Math.max(1, due.getTime() - clock.now().getTime());
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await turn();
      } catch (error) {
        failed(error);
        await rest(DATABASE_AWAY_MS);
      }
    }
    await Promise.all(underWay.values());
  };

  const drain = (): Promise<void> => {
    if (stopping.signal.aborted) return Promise.resolve();
    if (running !== undefined) return emptied();
    return (draining ??= empty().finally(() => Promise.all(underWay.values())));
  };

  const empty = async (): Promise<void> => {
    try {
      // A wake after the last look found nothing must not be lost, so it is asked for in the very step that ends the drain.
      while (!stopping.signal.aborted && ((await turn(PATIENCE_MS)) || nap.signal.aborted));
    } finally {
      draining = undefined;
    }
  };

  /** The loop does the work: it is watched. */
  const emptied = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (underWay.size === 0 && (await dueInMs()) > PATIENCE_MS) return;
      await clock.sleep(LOOK_MS, stopping.signal);
    }
  };

  return {
    start: () => void (running ??= run()),
    wake,
    drain,
    paused: () => trust.paused(),
    async stop() {
      stopping.abort();
      for (const { reading } of underWay.keys()) reading.abort(STOPPED);
      nap.abort(WOKEN); // a signal of both would be simpler, and `AbortSignal.any` costs more than the look it ends
      await running;
      await draining?.catch(() => {});
      await Promise.all(underWay.values());
      await renewal.stop();
    },
  };
}

// Not by the network's error codes: a Stripe that refuses connections has the same ones.
function databaseAway(error: unknown): boolean {
  return error instanceof LockstepError && error.code === 'database_unreachable';
}

/** What is no failure of Stripe's may be one of the database's, of which some pass. */
function failureOfRead(error: unknown): StripeFailure {
  const failure = stripeFailureOf(error);
  const passes = failure === 'internal' && failureOf(error) !== 'broken' && failureOf(error) !== 'data';
  return passes ? 'unavailable' : failure;
}

/** Stripe answered, but the answer could not be written: told apart from Stripe's own refusals. */
class UnwrittenProof extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
