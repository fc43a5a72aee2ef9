import type { Sources } from '../inbox/sources.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import { unlistableOf } from '../stripe/failure.js';
import type { Gateways, Reach } from '../stripe/gateways.js';
import { dueSweep, PARENTS_REFUSED, type DueSweep, type Schedule } from './due-sweep.js';
import { planOf } from './plan.js';
import { sweepType, type SweepParts, type SweptType } from './sweep-type.js';
import type { Scope, SweepKey, SweepHistory } from './sweep-history.js';
import { hasTooManyParents, TOO_MANY_PARENTS } from './too-many.js';

export interface SweepOptions extends SweepParts {
  sources: Sources;
  sweeps: SweepHistory;
  gateways: Gateways;
  homes: readonly Source[];
  clock: Clock;
  log: Log;
  schedule: Schedule;
  /** After a sweep of one type: there may be new marks. */
  onSwept: (type: string, swept: SweptType) => void;
}

export interface Sweep {
  start(): void;
  /**
   * Sweeps one type of one source now. Differences become marks.
   * @throws what Stripe or the database answered; noted in the record of sweeps
   */
  sweep(reach: Reach, type: string, scope?: Scope): Promise<SweptType>;
  /** Runs what the schedule says is due, one after another, until nothing is or `signal` aborts. */
  due(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_MS = 60_000;
const BETWEEN_MS = 1_000;
/** How far back recent objects reach: two days, so that a daily sweep that was missed once leaves no gap. */
const RECENT_MS = 48 * 60 * 60_000;

export function createSweep(options: SweepOptions): Sweep {
  const { database, sources, sweeps, gateways, homes, clock, log, schedule } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const sweep: Sweep['sweep'] = async (reach, type, scope = 'all') => {
    const plan = planOf(type);
    if (plan === undefined) throw new Error(`${type} cannot be listed`);
    const source: Source = { account: reach.account, livemode: reach.livemode };
    const startedAt = clock.now();
    const key = { ...source, type, scope };
    await sweeps.begin(key, startedAt);
    try {
      const since = scope === 'recent' ? new Date(startedAt.getTime() - RECENT_MS) : undefined;
      const gateway = gateways(reach);
      const swept = await sweepType(options, { source, plan, gateway, mode: 'mark', since, signal: stopping.signal });
      await conclude(key, startedAt, swept);
      const { listed, missing, extra, different } = swept;
      const found = { missing: missing.count, extra: extra.count, different: different.count };
      log.info({ event: 'sweep.finished', type, scope, listed, ...found });
      options.onSwept(type, swept);
      return swept;
    } catch (error) {
      const note = stopping.signal.aborted ? 'stopped' : (unlistableOf(error) ?? messageOf(error).slice(0, 500));
      await sweeps.fail(key, startedAt, clock.now(), note).catch(() => {});
      throw error;
    }
  };

  /** What was not listed was not proven. */
  const conclude = async (key: SweepKey, startedAt: Date, swept: SweptType): Promise<void> => {
    const [first] = swept.skipped.parents;
    if (first === undefined) return sweeps.finish(key, startedAt, clock.now(), swept);
    const { type, account } = key;
    log.warn({
      event: 'sweep.parents_skipped',
      type,
      account,
      ...swept.skipped,
      parents: undefined,
      first: first.reason,
    });
    if (swept.skipped.unchecked === 0) return sweeps.finish(key, startedAt, clock.now(), swept);
    const lasting = swept.skipped.parents.every((parent) => parent.lasting);
    await sweeps.fail(key, startedAt, clock.now(), lasting ? PARENTS_REFUSED : first.reason.slice(0, 500));
  };

  /** Noted, so that it is not due again at once. */
  const isTooLong = async ({ source: { account, livemode }, type, scope }: DueSweep): Promise<boolean> => {
    const source: Source = { account, livemode };
    const plan = planOf(type);
    if (plan === undefined || !(await hasTooManyParents(options, source, plan, schedule.parentsMax))) return false;
    const now = clock.now();
    await sweeps.begin({ ...source, type, scope }, now);
    await sweeps.fail({ ...source, type, scope }, now, now, TOO_MANY_PARENTS);
    log.info({ event: 'sweep.too_many_parents', type, account });
    return true;
  };

  const turn = async (): Promise<boolean> => {
    const reached = await sources.reachedFrom(database, homes);
    const due = dueSweep(schedule, reached, await sweeps.last(reached), clock.now());
    if (due === undefined) return false;
    if (await isTooLong(due)) return true;
    await sweep(due.source, due.type, due.scope).catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      const note = unlistableOf(error);
      const facts = { type: due.type, account: due.source.account, reason: note ?? messageOf(error) };
      if (note === 'not_available') log.debug({ event: 'sweep.not_available', ...facts });
      else log.warn({ event: 'sweep.failed', ...facts });
    });
    return true;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const swept = await turn().catch((error: unknown) => {
        log.warn({ event: 'sweep.turn_failed', reason: messageOf(error) });
        return false;
      });
      await clock.sleep(swept ? BETWEEN_MS : LOOK_MS, stopping.signal);
    }
  };

  return {
    start: () => {
      if (schedule.allEveryMs > 0 || schedule.recentEveryMs > 0) running ??= run();
    },
    sweep,
    async due(signal) {
      const scheduled = schedule.allEveryMs > 0 || schedule.recentEveryMs > 0;
      while (scheduled && !signal.aborted && !stopping.signal.aborted && (await turn()));
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
