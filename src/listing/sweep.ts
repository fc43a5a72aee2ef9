import type { Sources } from '../inbox/sources.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import { unlistableOf } from '../stripe/failure.js';
import type { Gateways, Reach } from '../stripe/gateways.js';
import { dueSweep, type DueSweep, type Schedule } from './due-sweep.js';
import { isWorthNoting, NOTED_MAX, type DriftRecord, type DriftFinding } from './drift/drift-record.js';
import { followUp } from './drift/follow-up.js';
import type { Note } from './note.js';
import { planOf } from './plan.js';
import { sweepType, type SweptType, type SweepTypeDeps } from './sweep-type.js';
import type { Scope, SweepKey, SweepHistory } from './sweep-history.js';
import { hasTooManyParents } from './too-many.js';

export interface SweepDeps extends SweepTypeDeps {
  sources: Sources;
  sweeps: SweepHistory;
  drift: DriftRecord;
  gateways: Gateways;
  homes: readonly Source[];
  log: Log;
  /** After a sweep of one type: there may be new marks. */
  onSwept: (swept: FinishedSweep) => void;
  /** Whether this process sweeps by itself, asked before each sweep. Default: it does. */
  isOurs?: (() => Promise<boolean>) | undefined;
}

/** A sweep of one type that ended well, and the differences that it found by cause. */
export interface FinishedSweep extends Pick<SweptType, 'causes'> {
  reach: Reach;
  type: string;
}

const LOOK_MS = 60_000;
const BETWEEN_MS = 1_000;
/** How far back recent objects reach: two days, so that a daily sweep that was missed once leaves no gap. */
const RECENT_MS = 48 * 60 * 60_000;

/** Lists what the schedule says is due, type by type, and marks what differs. */
export class Sweep {
  readonly #deps: SweepDeps;
  readonly #schedule: Schedule;
  readonly #isScheduled: boolean;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: SweepDeps, schedule: Schedule) {
    this.#deps = deps;
    this.#schedule = schedule;
    this.#isScheduled = schedule.allEveryMs > 0 || schedule.recentEveryMs > 0;
  }

  start(): void {
    if (this.#isScheduled) this.#running ??= this.#run();
  }

  /**
   * Sweeps one type of one source now. Differences become marks.
   * @throws what Stripe or the database answered; noted in the record of sweeps
   */
  async sweep(reach: Reach, type: string, scope: Scope = 'all'): Promise<SweptType> {
    const { sweeps, gateways, clock, log, onSwept } = this.#deps;
    const plan = planOf(type);
    if (plan === undefined) throw new Error(`${type} cannot be listed`);
    const source: Source = { account: reach.account, livemode: reach.livemode };
    const key = { ...source, type, scope };
    const { signal } = this.#stopping;
    const startedAt = clock.now();
    await sweeps.begin(key, startedAt);
    try {
      const since = scope === 'recent' ? new Date(startedAt.getTime() - RECENT_MS) : undefined;
      const gateway = gateways(reach);
      const onFound = noteFound(this.#deps);
      const swept = await sweepType(this.#deps, { source, plan, gateway, mode: 'mark', since, signal, onFound });
      await conclude(this.#deps, key, startedAt, swept);
      const { listed, missing, extra, different, causes } = swept;
      const counts = { missing: missing.count, extra: extra.count, different: different.count };
      log.info({ event: 'sweep.finished', type, scope, listed, ...counts, causes });
      onSwept({ reach, type, causes });
      return swept;
    } catch (error) {
      const note = signal.aborted ? 'stopped' : (unlistableOf(error) ?? messageOf(error).slice(0, 500));
      await sweeps.fail(key, startedAt, clock.now(), note).catch(() => {});
      throw error;
    }
  }

  /** Runs what the schedule says is due, one after another, until nothing is or `signal` aborts. */
  async due(signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted || this.#stopping.signal.aborted;
    while (this.#isScheduled && !isOver() && (await this.#turn()));
  }

  /** Notes which differences have been repaired since they were found. */
  followUp(): Promise<void> {
    return followUp(this.#deps);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log, isOurs = () => Promise.resolve(true) } = this.#deps;
    const turn = async (): Promise<boolean> => (await isOurs()) && this.#turn();
    while (!this.#stopping.signal.aborted) {
      const swept = await turn().catch((error: unknown) => {
        log.warn({ event: 'sweep.turn_failed', reason: messageOf(error) });
        return false;
      });
      await clock.sleep(swept ? BETWEEN_MS : LOOK_MS, this.#stopping.signal);
    }
  }

  /** The one sweep that is most overdue. False: none is due. */
  async #turn(): Promise<boolean> {
    await this.followUp();
    const { sources, database, homes, sweeps, clock, log } = this.#deps;
    const reached = await sources.reachedFrom(database, homes);
    const due = dueSweep(this.#schedule, reached, await sweeps.last(reached), clock.now());
    if (due === undefined) return false;
    if (await isTooLong(this.#deps, due, this.#schedule.parentsMax)) return true;
    const { source, type, scope } = due;
    await this.sweep(source, type, scope).catch((error: unknown) => {
      if (this.#stopping.signal.aborted) return;
      const note = unlistableOf(error);
      const facts = { type, account: source.account, reason: note ?? messageOf(error) };
      if (note === 'not_available') log.debug({ event: 'sweep.not_available', ...facts });
      else log.warn({ event: 'sweep.failed', ...facts });
    });
    return true;
  }
}

/** Notes what differs and why, the first of it. */
function noteFound({ drift, clock }: SweepDeps): (found: readonly DriftFinding[]) => Promise<void> {
  let room = NOTED_MAX;
  return async (found) => {
    const now = clock.now();
    const noted = found.filter((one) => isWorthNoting(one, now)).slice(0, room);
    room -= noted.length;
    await drift.note(noted, 'sweep', now);
  };
}

/** Notes how the sweep ended. What was not listed was not proven. */
async function conclude(deps: SweepDeps, key: SweepKey, startedAt: Date, swept: SweptType): Promise<void> {
  const { sweeps, clock, log } = deps;
  const { count, unchecked, parents } = swept.skipped;
  const [first] = parents;
  if (first === undefined) return finish(deps, key, startedAt, swept);
  const { type, account } = key;
  log.warn({ event: 'sweep.parents_skipped', type, account, count, unchecked, first: first.reason });
  if (unchecked === 0) return finish(deps, key, startedAt, swept);
  const lasting = parents.every((parent) => parent.lasting);
  await sweeps.fail(
    key,
    startedAt,
    clock.now(),
    lasting ? ('parents_refused' satisfies Note) : first.reason.slice(0, 500),
  );
}

async function finish(deps: SweepDeps, key: SweepKey, startedAt: Date, swept: SweptType): Promise<void> {
  const { sweeps, drift, clock } = deps;
  await followUp(deps); // first: what a proof repaired is not found any more either
  await sweeps.finish(key, startedAt, clock.now(), swept);
  const found = Object.values(swept.causes).reduce((sum, count) => sum + count, 0);
  // Where more was found than is noted, an old finding may be among it.
  if (key.scope === 'all' && found < NOTED_MAX) await drift.closeUnseen(key, key.type, startedAt, clock.now());
}

/** Whether the sweep would ask below too many parents. Noted, so that it is not due again at once. */
async function isTooLong(deps: SweepDeps, { source, type, scope }: DueSweep, parentsMax: number): Promise<boolean> {
  const { sweeps, clock, log } = deps;
  const { account, livemode } = source;
  const plan = planOf(type);
  if (plan === undefined || !(await hasTooManyParents(deps, { account, livemode }, plan, parentsMax))) return false;
  const now = clock.now();
  const key = { account, livemode, type, scope };
  await sweeps.begin(key, now);
  await sweeps.fail(key, now, now, 'too_many_parents' satisfies Note);
  log.info({ event: 'sweep.too_many_parents', type, account });
  return true;
}
