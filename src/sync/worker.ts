import type { Events } from '../inbox/events.js';
import type { Claim, Marks } from '../inbox/marks.js';
import type { Changes } from '../changes/changes.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Tracing } from '../kernel/tracing.js';
import type { Mirror } from '../mirror/mirror.js';
import type { MissingRuns } from './missing-runs.js';
import type { Database, Queryable } from '../store/database.js';
import type { Gateways } from '../stripe/gateways.js';
import type { Reading } from '../stripe/gateway.js';
import { createPace } from './pace.js';
import { awaitPage } from './pages/awaiting.js';
import type { PageMarks } from './pages/page-marks.js';
import { PageProofs, type PageLimits } from './pages/page-proofs.js';
import { places, type ClaimPlaces } from './places.js';
import { prove, type ProveDeps } from './prove.js';
import { createRenewal, type ClaimRenewal, type Held } from './renewal.js';
import type { Proof, Settled } from './settle.js';
import { createTrust } from './trust.js';

export interface WorkerConfig {
  /** Proofs under way at once: a quarter is kept for the backlog, and a quarter for what goes ahead of it. */
  readonly concurrency: number;
  /** How long a claim holds without a sign of life. It is renewed three times within that time. */
  readonly leaseMs: number;
  /** How often marks made by other processes are looked for. */
  readonly pollMs: number;
  /** Where no loop runs: whether new marks start a drain. */
  readonly onDemand: boolean;
  /** Believe 404s without a second opinion, however many. */
  readonly acceptMissing: boolean;
  /** When many marks of one type are proven by pages of its list. */
  readonly pages: PageLimits;
}

export interface WorkerDeps {
  database: Database;
  marks: Marks;
  pageMarks: PageMarks;
  events: Events;
  missingRuns: MissingRuns;
  mirror: Mirror;
  /** Absent: what proofs change is not kept. */
  changes?: Changes | undefined;
  gateways: Gateways;
  /** The accounts whose objects, and whose connected accounts' objects, are proven here. */
  homes: readonly Source[];
  clock: Clock;
  log: Log;
  tracing: Tracing;
  /** Runs in the transaction that writes a proof: what it throws undoes the proof, and the object is tried again. */
  onProof: (tx: Queryable, proof: Proof) => Promise<void>;
  /** After the commit. */
  onSettled: (key: ObjectKey, settled: Settled) => void;
  /** After each read of a claimed object, also after one that failed. */
  onOutcome?: ProveDeps['onOutcome'];
}

const DATABASE_AWAY_MS = 1_000;
/** What a drain waits for: longer than the pace holds a busy object back, shorter than a host's patience. */
const PATIENCE_MS = 2_000;
const LOOK_MS = 10;
/** With a reason of our own no exception is made, stack and all, each time that somebody wakes the loop. */
const WOKEN = 'woken';
const STOPPED = 'stopped';

/**
 * The proving loop: claim, read, write, clear. Any number of these may run on one PostgreSQL. Beside the loop, `pages` proves
 * many marks of one type by pages of its list.
 *
 * `places.ts` says what may be claimed, `prove.ts` proves one claim (`read.ts`, `settle.ts`), `renewal.ts` keeps the claims,
 * `trust.ts` and `pace.ts` hold reads back, and `postpone.ts` says when to try again what failed.
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #config: WorkerConfig;
  readonly #stopping = new AbortController();
  readonly #proving: ProveDeps;
  readonly #renewal: ClaimRenewal;
  readonly #pages: PageProofs;
  readonly #underWay = new Map<Held, Promise<void>>();
  /** Types whose endpoints have been short of late. */
  #short = new Set<string>();
  #claimed = 0;
  /** Claims that are being asked for, until each of them is under way. */
  #claiming = 0;
  #nap = new AbortController();
  #running: Promise<void> | undefined;
  #draining: Promise<void> | undefined;

  constructor(deps: WorkerDeps, config: WorkerConfig) {
    const { marks, clock, log } = deps;
    const { acceptMissing, leaseMs } = config;
    this.#deps = deps;
    this.#config = config;
    const trust = createTrust({ ...deps, acceptMissing, signal: this.#stopping.signal });
    this.#proving = { ...deps, trust, pace: createPace(), stopping: this.#stopping.signal };
    this.#renewal = createRenewal({ marks, held: () => [...this.#underWay.keys()], leaseMs, clock, log });
    this.#pages = new PageProofs(
      {
        ...deps,
        leaseMs,
        stopping: this.#stopping.signal,
        isPaused: (source) => trust.isPaused(source),
        hold: (claiming) => this.#taken(claiming, (claim) => awaitPage(claim, this.#track)),
      },
      config.pages,
    );
  }

  start(): void {
    this.#running ??= this.#run();
    this.#pages.start();
  }

  /** There are new marks: look now. */
  readonly wake = (): void => {
    this.#nap.abort(WOKEN);
    if (!this.#config.onDemand || this.#running !== undefined || this.#stopping.signal.aborted) return;
    void this.drain().catch((error: unknown) => this.#failed(error));
  };

  /**
   * Proves until nothing falls due within some seconds; what is put off for longer stays marked. Also beside the loop.
   * @throws database_unreachable
   */
  drain(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    if (this.#running !== undefined) return this.#emptied();
    return (this.#draining ??= this.#empty());
  }

  /** Why proving is paused; null while it runs. */
  paused(): string | null {
    return this.#proving.trust.paused();
  }

  /** Ends the reads under way, gives their claims back. A second call does nothing more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { reading } of this.#underWay.keys()) reading.abort(STOPPED);
    this.#nap.abort(WOKEN); // a signal of both would be simpler, and `AbortSignal.any` costs more than the look it ends
    await this.#running;
    await this.#draining?.catch(() => {});
    await this.#pages.stop();
    await Promise.all(this.#underWay.values());
    await this.#renewal.stop();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#turn();
      } catch (error) {
        this.#failed(error);
        await this.#rest(DATABASE_AWAY_MS);
      }
    }
    await Promise.all(this.#underWay.values());
  }

  async #empty(): Promise<void> {
    try {
      // A wake after the last look found nothing must not be lost, so it is asked for in the very step that ends the drain.
      while (!this.#stopping.signal.aborted && ((await this.#turn(PATIENCE_MS)) || this.#nap.signal.aborted));
    } finally {
      this.#draining = undefined;
      await Promise.all(this.#underWay.values());
    }
  }

  /** The loop does the work: it is watched. */
  async #emptied(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (await this.#isAtRest()) return;
      await this.#deps.clock.sleep(LOOK_MS, this.#stopping.signal);
    }
  }

  /** Nothing is claimed, read or written, and nothing falls due within some seconds. */
  async #isAtRest(): Promise<boolean> {
    const before = this.#claimed;
    if (this.#isBusy() || (await this.#dueInMs()) <= PATIENCE_MS) return false;
    // What was claimed before that look does not fall due; its proof may have made other marks since.
    return !this.#isBusy() && this.#claimed === before;
  }

  #isBusy(): boolean {
    return this.#claiming > 0 || this.#underWay.size > 0;
  }

  /** One round. False: nothing is under way and nothing falls due within `patienceMs`. */
  async #turn(patienceMs = Infinity): Promise<boolean> {
    const { pollMs } = this.#config;
    // Listen before looking: a mark made between the two must not wait for the next poll.
    this.#nap = new AbortController();
    const listening = this.#nap;
    const { isFull, againMs } = await this.#claim();
    if (isFull) return true;
    const isIdle = this.#underWay.size === 0 && againMs === Infinity;
    const dueMs = isIdle ? await this.#dueInMs() : Math.min(pollMs, againMs);
    if (listening.signal.aborted || this.#stopping.signal.aborted) return true;
    if (isIdle && dueMs > patienceMs) return false;
    await this.#deps.clock.sleep(Math.min(pollMs, dueMs), listening.signal);
    return true;
  }

  async #claim(): Promise<{ isFull: boolean; againMs: number }> {
    const { marks, clock, homes } = this.#deps;
    const { limit, ahead, backlog, againMs } = this.#places();
    if (limit === 0) return { isFull: false, againMs };
    const { leaseMs } = this.#config;
    const claiming = (): Promise<Claim[]> => marks.claim({ limit, ahead, backlog, now: clock.now(), leaseMs, homes });
    const taken = await this.#taken(claiming, (claim) => this.#track(claim));
    return { isFull: taken.length === limit, againMs };
  }

  async #taken<T>(claiming: () => Promise<Claim[]>, track: (claim: Claim) => T): Promise<T[]> {
    this.#claiming += 1;
    try {
      const claims = await claiming();
      this.#claimed += claims.length;
      return claims.map(track);
    } finally {
      this.#claiming -= 1;
    }
  }

  #places(): ClaimPlaces {
    const alone = [...this.#underWay.keys()].filter(({ onPage }) => onPage === undefined);
    const underWay = alone.map(({ claim: { lane, type } }) => ({ lane, type }));
    const stillShort = [...this.#short].filter((type) => this.#waitMs(type) > 0);
    this.#short = new Set([...stillShort, ...underWay.map(({ type }) => type)]);
    return places({
      concurrency: this.#config.concurrency,
      underWay,
      waitMs: (type) => this.#waitMs(type),
      types: this.#short,
      turn: this.#claimed,
    });
  }

  /** How long a read of the type would wait for its rate, at the slowest of the accounts. */
  #waitMs(type: string): number {
    const { gateways, homes } = this.#deps;
    return Math.max(0, ...homes.map((home) => gateways({ ...home, platform: home.account }).readWaitMs(type)));
  }

  readonly #track = (claim: Claim, onPage?: Promise<Reading | undefined>): Promise<void> => {
    const held: Held = { claim, onPage, reading: new AbortController(), isLost: false, missed: 0 };
    if (this.#stopping.signal.aborted) held.reading.abort(STOPPED);
    const { tracing, onOutcome } = this.#deps;
    const tracked = tracing
      .proof(claim, (ended) =>
        prove(held, {
          ...this.#proving,
          onOutcome: (of, outcome, failure) => {
            ended(outcome, failure);
            onOutcome?.(of, outcome);
          },
        }),
      )
      .catch((error: unknown) => this.#deps.log.error({ event: 'sync.failed', reason: messageOf(error) }))
      .finally(() => {
        this.#underWay.delete(held);
        if (onPage === undefined) this.wake(); // only such a proof held a place
      });
    this.#underWay.set(held, tracked);
    this.#renewal.run();
    return tracked;
  };

  async #dueInMs(): Promise<number> {
    const { marks, homes, clock } = this.#deps;
    const due = await marks.nextDue(homes, clock.now());
    return due === undefined ? Infinity : Math.max(1, due.getTime() - clock.now().getTime());
  }

  async #rest(ms: number): Promise<void> {
    this.#nap = new AbortController();
    if (!this.#stopping.signal.aborted) await this.#deps.clock.sleep(ms, this.#nap.signal);
  }

  #failed(error: unknown): void {
    this.#deps.log.error({ event: 'sync.turn_failed', reason: messageOf(error) });
  }
}
