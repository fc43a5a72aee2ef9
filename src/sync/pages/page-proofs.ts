import pLimit, { type LimitFunction } from 'p-limit';
import type { Claim } from '../../inbox/marks.js';
import type { Clock } from '../../kernel/clock.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Log } from '../../kernel/log.js';
import type { Source } from '../../kernel/source.js';
import { factsOf } from '../../stripe/failure.js';
import type { Reading, StripeObject } from '../../stripe/gateway.js';
import type { Gateways } from '../../stripe/gateways.js';
import { readingOnPage } from '../../stripe/read.js';
import type { Awaiting } from './awaiting.js';
import { backlogsOf, type Backlog } from './backlog.js';
import type { PageMarks, WaitingMark } from './page-marks.js';
import { firstStep, nextStep, type PageBudget, type PageSeen, type PageStart, type Step } from './plan.js';
import { createRests, type Rests } from './rests.js';
import { createSettledGen, type SettledGen } from './settled-gen.js';

export interface PageLimits extends PageBudget {
  /** How often the worker looks for marks that pages can prove, while it finds none. */
  readonly everyMs: number;
  /** How far behind a list may be. A page proves only what had no hint and no proof for so long. */
  readonly settledMs: number;
  /** The most marks of each type that are planned for at once. */
  readonly waitingMax: number;
  /** How long claims wait for their page. After that they are given back. */
  readonly answerMs: number;
  /** How long a type is read one by one after its pages proved little or failed. */
  readonly restMs: number;
  /** The most pages under way at once. 0: no pages, every object is read by itself. */
  readonly atOnce: number;
  /** The most proofs of pages that are written at once. The other database connections are left to others. */
  readonly writtenAtOnce: number;
}

export interface PageProofsDeps {
  pageMarks: PageMarks;
  gateways: Gateways;
  homes: readonly Source[];
  clock: Clock;
  log: Log;
  stopping: AbortSignal;
  leaseMs: number;
  /** Whether proving is paused for a source, because what Stripe says of it is not believed. */
  isPaused: (source: Source) => boolean;
  /** Claims, renews the claims from then on, and lets each proof wait for its page. */
  hold: (claiming: () => Promise<Claim[]>) => Promise<Awaiting[]>;
}

/**
 * Proves many marks of a type by pages of its list, beside the reads of single objects. Each page is requested twice. Of
 * the objects that the first answer shows whole, those that wait are claimed. The second request is sent after that, so its
 * answer is a read of them. What it does not show whole is given back: only a read of its own can say that an object is
 * gone.
 */
export class PageProofs {
  readonly #deps: PageProofsDeps;
  readonly #limits: PageLimits;
  readonly #settled: SettledGen;
  readonly #turns: LimitFunction;
  readonly #writing: LimitFunction;
  /** The names of backlogs that are read one by one for a while. */
  readonly #rests: Rests;
  #running: Promise<unknown> | undefined;

  constructor(deps: PageProofsDeps, limits: PageLimits) {
    const { pageMarks, clock, stopping: signal } = deps;
    this.#deps = deps;
    this.#limits = limits;
    this.#settled = createSettledGen({ draw: () => pageMarks.tick(), settledMs: limits.settledMs, clock, signal });
    this.#turns = pLimit(Math.max(1, limits.atOnce));
    this.#writing = pLimit(limits.writtenAtOnce);
    this.#rests = createRests(clock, limits.restMs);
  }

  start(): void {
    if (this.#limits.atOnce === 0) return;
    this.#running ??= Promise.all([this.#settled.watch((error) => this.#failed(error)), this.#run()]);
  }

  /** Resolves when all has ended. The `stopping` signal ends it. */
  async stop(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, stopping } = this.#deps;
    while (!stopping.aborted) {
      const proven = await this.#round().catch((error: unknown) => (this.#failed(error), 0));
      if (proven === 0) await clock.sleep(this.#limits.everyMs, stopping);
    }
  }

  /** One look at all that waits. Returns how many marks were proven. */
  async #round(): Promise<number> {
    const upTo = this.#settled.now();
    if (upTo === undefined) return 0;
    const { pageMarks, clock, homes } = this.#deps;
    const marks = await pageMarks.waiting({ now: clock.now(), homes, upTo, limit: this.#limits.waitingMax });
    // A walk that fails must not let the next round begin while the others still run.
    const walks = backlogsOf(marks).map((backlog) =>
      this.#walk(backlog).catch((error: unknown) => (this.#without(backlog, error), 0)),
    );
    return sum(await Promise.all(walks));
  }

  async #walk(backlog: Backlog): Promise<number> {
    const { reach, type, name, marks } = backlog;
    const { waitingMin, coveredMin } = this.#limits;
    // Of a few marks nothing more is looked up: there may be hundreds of accounts with a few marks of many types.
    if (marks.length < waitingMin || this.#rests.has(name)) return 0;
    const ids = marks.map(({ id }) => id);
    const madeAt = await this.#turns(() => this.#deps.pageMarks.created(reach, type, ids));
    const waiting = ids.map((id) => madeAt.get(id));
    const proofs: Promise<number>[] = [];
    let step: Step = firstStep(waiting, this.#limits);
    while (step.read === 'page' && proofs.length * coveredMin < waiting.length && this.#isOpen(reach)) {
      const seen = await this.#inTurn(backlog, step.from, (proof) => proofs.push(proof));
      if (seen === undefined) break;
      step = nextStep(waiting, step, seen, this.#limits);
    }
    const proven = sum(await Promise.all(proofs));
    // What is claimed and given back again and again is better left to single reads.
    if (proven < proofs.length * coveredMin) this.#rests.begin(name);
    return proven;
  }

  /** Looks at a page. Its proofs follow while the caller looks at the next page. Undefined if the page failed. */
  #inTurn(backlog: Backlog, from: PageStart, onProof: (proof: Promise<number>) => void): Promise<PageSeen | undefined> {
    return new Promise((resolve) => {
      const proof = this.#turns(async () => {
        const looked = await this.#look(backlog, from).catch((error: unknown) => this.#without(backlog, error));
        resolve(looked?.seen);
        return looked === undefined ? 0 : this.#prove(backlog, from, looked.awaiting);
      });
      onProof(proof);
    });
  }

  /** Looks at a page, and claims what waits of the objects that it shows whole. */
  async #look(backlog: Backlog, from: PageStart): Promise<{ seen: PageSeen; awaiting: readonly Awaiting[] }> {
    const { pageMarks, clock, hold, leaseMs, stopping } = this.#deps;
    const { account, livemode, platform } = backlog.reach;
    const { shown, last, hasMore } = await this.#page(backlog, from, stopping);
    if (!this.#isOpen(backlog.reach)) return { seen: { covered: 0, last: undefined, hasMore: false }, awaiting: [] };
    const keys = [...shown.keys()].map((id) => ({ account, livemode, type: backlog.type, id, platform }));
    const upTo = this.#settled.now() ?? 0;
    const held = await hold(() => pageMarks.claim(keys, { now: clock.now(), leaseMs, upTo }));
    const awaiting = held.filter(({ claim }) => claim.gen <= upTo);
    for (const { claim, show } of held) if (claim.gen > upTo) void show(undefined); // a hint came in this very moment
    return { seen: { covered: awaiting.length, last, hasMore }, awaiting };
  }

  /** Returns how many of the claims the page proved. */
  async #prove(backlog: Backlog, from: PageStart, awaiting: readonly Awaiting[]): Promise<number> {
    const { log, stopping } = this.#deps;
    if (awaiting.length === 0) return 0;
    const page = await this.#soon(backlog, from).catch((error: unknown) => this.#without(backlog, error));
    const shownOf = ({ claim }: Awaiting): Reading | undefined =>
      stopping.aborted ? undefined : page?.shown.get(claim.id);
    await Promise.all(awaiting.map((one) => this.#writing(() => one.show(shownOf(one)))));
    const proven = awaiting.filter((one) => shownOf(one) !== undefined).length;
    log.debug({ event: 'sync.page', type: backlog.type, claimed: awaiting.length, proven });
    return proven;
  }

  /** The page, if it comes in time: its claims wait, and somebody may begin to wait for one of their objects. */
  async #soon(backlog: Backlog, from: PageStart): Promise<Page> {
    const { clock, stopping } = this.#deps;
    const { answerMs } = this.#limits;
    const over = new AbortController();
    let isLate = false;
    void clock.sleep(answerMs, over.signal).then(() => {
      isLate = !over.signal.aborted;
      over.abort();
    });
    try {
      return await this.#page(backlog, from, AbortSignal.any([stopping, over.signal]));
    } catch (error) {
      if (!isLate) throw error;
      throw new LockstepError('timed_out', `the page did not come within ${answerMs / 1_000} s`, { cause: error });
    } finally {
      over.abort();
    }
  }

  /** Whether its objects may be read: nobody stops, an operator has not paused the account, and it is not in doubt. */
  #isOpen({ account, platform, livemode }: WaitingMark): boolean {
    const { stopping, homes, isPaused } = this.#deps;
    if (stopping.aborted || isPaused({ account, livemode })) return false;
    return homes.some((home) => home.account === platform && home.livemode === livemode);
  }

  async #page({ reach, type, list }: Backlog, { to, after }: PageStart, signal: AbortSignal): Promise<Page> {
    const query = { ...list.query, created: to === undefined ? undefined : { lte: to }, starting_after: after };
    const { data, hasMore, readAt } = await this.#deps.gateways(reach).list(list.path, query, { signal });
    const end = data.at(-1);
    const created = end?.['created'];
    return {
      shown: new Map(data.flatMap((object) => shownOf(type, object, readAt))),
      last: end?.id === undefined || typeof created !== 'number' ? undefined : { id: end.id, created },
      hasMore,
    };
  }

  /** The page failed: what waits is read one by one. */
  #without(backlog: Backlog, error: unknown): undefined {
    if (this.#deps.stopping.aborted) return;
    this.#failed(error, backlog);
    this.#rests.begin(backlog.name);
  }

  #failed(error: unknown, backlog?: Backlog): void {
    const { account, type } = backlog?.reach ?? {};
    const facts = { event: 'sync.page_failed', account, type, reason: messageOf(error) };
    this.#deps.log.warn({ ...factsOf(error), ...facts });
  }
}

interface Page extends Pick<PageSeen, 'last' | 'hasMore'> {
  /** What it shows of each object, by id. Without those that it does not show whole. */
  shown: ReadonlyMap<string, Reading>;
}

function shownOf(type: string, object: StripeObject, readAt: Date): [string, Reading][] {
  const reading = object.object === type ? readingOnPage(type, object, readAt) : undefined;
  return reading === undefined || object.id === undefined ? [] : [[object.id, reading]];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
