import pLimit, { type LimitFunction } from 'p-limit';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import { unlistableOf } from '../stripe/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import type { Gateways, Reach } from '../stripe/gateways.js';
import { HOWEVER_YOUNG } from '../mirror/mirror.js';
import { fillFromPages, type ApplyDeps } from './apply.js';
import type { BackfillState, StoredBackfills } from './backfill-progress.js';
import { inOrder } from './in-order.js';
import { planOf, plans, type ListingPlan } from './plan.js';
import { START, walk, type Walked } from './walk.js';

export interface BackfillDeps extends ApplyDeps {
  backfills: StoredBackfills;
  gateways: Gateways;
  clock: Clock;
  log: Log;
  /** Types that are not mirrored. */
  leaveOut: readonly string[];
  /** Called after each page, because there may be new marks. */
  onMarked: () => void;
}

/** The result of the backfill of one type of one account. */
export interface Backfilled extends Source {
  /** The object type. */
  type: string;
  /** How many objects Stripe listed. */
  listed: number;
  /** How many of them the mirror did not have. */
  inserted: number;
  /**
   * `done`; `not_available`: the account does not use the type, and there are no rows of it; `no_permission`: the key
   * may not read it; `lost`: it cannot be listed, but there are rows of it; `failed` or `stopped`: the next backfill
   * resumes here.
   */
  outcome: 'done' | 'not_available' | 'no_permission' | 'lost' | 'failed' | 'stopped';
  /** Stripe's error if it did not end well; else null. */
  reason: string | null;
}

export interface BackfillProgress extends Source {
  type: string;
  listed: number;
  /** How much of the account's lifetime has been listed, newest first, from 0 to 1; null: unknown. */
  fraction: number | null;
  /** Whether it resumed where an earlier one was interrupted. */
  resumed: boolean;
}

export interface BackfillAsk {
  sources: readonly Reach[];
  /** Default: every type that can be listed. */
  types?: readonly string[] | undefined;
  /** Types listed at once. Default: as configured. */
  concurrency?: number | undefined;
  onProgress?: (progress: BackfillProgress) => void;
  onDone?: (backfilled: Backfilled) => void;
  signal: AbortSignal;
}

export interface BackfillConfig {
  /** Types listed at once. Each waits for the rate of its own endpoint, and all for the account's rate. */
  readonly concurrency: number;
}

export type Backfill = (ask: BackfillAsk) => Promise<Backfilled[]>;

/**
 * Reads every object of the types into the mirror, beside live traffic; resumes where an earlier one was interrupted.
 */
export function createBackfill(deps: BackfillDeps, config: BackfillConfig): Backfill {
  const writes = pLimit(WRITES_AT_ONCE);
  return async ({ sources, types, concurrency = config.concurrency, ...ask }) => {
    const chosen =
      types === undefined
        ? plans.filter(({ type }) => !deps.leaveOut.includes(type))
        : types.flatMap((type) => planOf(type) ?? []);
    // Types that are listed below their parents come after the parents.
    const waves = [chosen.filter((plan) => !needsParents(plan)), chosen.filter(needsParents)];
    const done: Backfilled[] = [];
    for (const wave of waves) {
      const listings = pLimit(concurrency);
      await listings.map(
        sources.flatMap((reach) => wave.map((plan) => ({ reach, plan }))),
        async ({ reach, plan }) => {
          const backfilled = await backfillType({ ...deps, writes }, reach, plan, ask);
          done.push(backfilled);
          ask.onDone?.(backfilled);
        },
      );
    }
    return done;
  };
}

function needsParents(plan: ListingPlan): boolean {
  return plan.kind === 'read' ? plan.of === 'customer' : plan.perParent;
}

/** `writes`: of all types together. */
type RunDeps = BackfillDeps & { writes: LimitFunction };

/** The backfill of one type of one account. */
interface TypeRun {
  reach: Reach;
  source: Source;
  plan: ListingPlan;
  state: BackfillState;
  signal: AbortSignal;
}

async function backfillType(
  deps: RunDeps,
  reach: Reach,
  plan: ListingPlan,
  { onProgress, signal }: Pick<BackfillAsk, 'onProgress' | 'signal'>,
): Promise<Backfilled> {
  const { backfills, clock } = deps;
  const { type } = plan;
  const source: Source = { account: reach.account, livemode: reach.livemode };
  const state = await backfills.open(source, type, clock.now());
  const resumed = state.position !== null;
  const run = { reach, source, plan, state, signal };
  try {
    if (signal.aborted) return await conclude(deps, run, 'stopped', null);
    await readPages(deps, run, (page) =>
      onProgress?.({ ...source, type, listed: state.listed, fraction: fractionOf(page, clock.now()), resumed }),
    );
    return await conclude(deps, run, 'done', null);
  } catch (error) {
    if (signal.aborted) return conclude(deps, run, 'stopped', null);
    const unlistable = unlistableOf(error);
    const lost = unlistable !== undefined && (await hasRows(deps, source, type));
    return conclude(deps, run, lost ? 'lost' : (unlistable ?? 'failed'), messageOf(error));
  }
}

async function conclude(
  { backfills, clock, log }: RunDeps,
  { source, plan: { type }, state: { listed, inserted } }: TypeRun,
  outcome: Backfilled['outcome'],
  reason: string | null,
): Promise<Backfilled> {
  if (outcome !== 'failed' && outcome !== 'stopped')
    await backfills.finish(source, type, clock.now(), reason ?? outcome);
  const facts = { type, account: source.account, listed, inserted, reason };
  if (outcome === 'lost' || outcome === 'failed') log.error({ event: `backfill.${outcome}`, ...facts });
  else log.info({ event: `backfill.${outcome}`, ...facts });
  return { ...source, type, listed, inserted, outcome, reason };
}

async function readPages(deps: RunDeps, run: TypeRun, onPage: (page: ListPage) => void): Promise<void> {
  const { backfills, clock, writes, onMarked } = deps;
  const { source, plan, state, signal } = run;
  const { type } = plan;
  const readable = plan.kind === 'read' || plan.readable;
  let savedAt = clock.now().getTime();
  try {
    // The next pages are read while these are written.
    await inOrder(pagesOf(deps, run), {
      limit: WRITES_AT_ONCE,
      together: PAGES_TOGETHER,
      work: (pages) => writes(() => fillFromPages(deps, pages, { source, type, now: clock.now(), readable })),
      async done(pages, { listed, inserted, marked }) {
        if (marked > 0) onMarked();
        state.listed += listed;
        state.inserted += inserted;
        const last = pages.at(-1);
        if (last !== undefined) {
          state.position = last.next;
          onPage(last.page);
        }
        if (signal.aborted) throw new Error('stopped');
        if (clock.now().getTime() - savedAt < SAVE_MS) return;
        await backfills.advance(source, type, state);
        savedAt = clock.now().getTime();
      },
    });
  } finally {
    await backfills.advance(source, type, state);
  }
}

function pagesOf(
  { database, mirror, gateways, log }: RunDeps,
  { reach, source, plan, state, signal }: TypeRun,
): AsyncGenerator<Walked, void> {
  return walk({
    database,
    mirror,
    source,
    plan,
    gateway: gateways(reach),
    from: state.position ?? START,
    // A parent that Stripe refuses for good is left out. If Stripe may answer later, this run ends, and the next one
    // resumes here.
    onSkipped({ type: parent, id, error }) {
      if (unlistableOf(error) === undefined) throw error;
      log.warn({ event: 'backfill.parent_skipped', type: plan.type, parent, id, reason: messageOf(error) });
    },
    signal,
  });
}

/** The limit for all types together, so that the other connections of the pool stay free for live traffic. */
const WRITES_AT_ONCE = 6;
/** Four hundred rows in one statement take PostgreSQL a fifth less time than four statements with a hundred each. */
const PAGES_TOGETHER = 4;
/** How often the position is saved. After a crash, the pages since then are listed again, which changes nothing. */
const SAVE_MS = 250;

// Stripe opened in 2011: no account is older. Lists run from the newest object to the oldest.
const FIRST_MS = Date.UTC(2011, 8, 29);

function fractionOf({ data, hasMore }: ListPage, now: Date): number | null {
  if (!hasMore) return null;
  const created = data.at(-1)?.['created'];
  if (typeof created !== 'number') return null;
  return Math.min(1, Math.max(0, (now.getTime() - created * 1_000) / (now.getTime() - FIRST_MS)));
}

async function hasRows({ database, mirror }: BackfillDeps, source: Source, type: string): Promise<boolean> {
  const rows = await mirror.scan(database, { source, type, after: '', asOf: HOWEVER_YOUNG, limit: 1 });
  return rows.length > 0;
}
