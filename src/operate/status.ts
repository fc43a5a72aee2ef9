import type { LightReason, LightRecord, LightState } from '../engine/light.js';
import { lightOf } from '../engine/light.js';
import { isSame, readHolds, type Hold } from '../engine/holds.js';
import { readProcesses, type ProcessRow } from '../engine/process-record.js';
import { ANYBODY, createSigns, type Sign } from '../engine/signs.js';
import { earliestProof, readBound, readTypes, sourceStatus } from '../engine/status.js';
import { partitionsDueSince } from '../inbox/maintenance.js';
import { plans } from '../listing/plan.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { amountOf, exactly, type RoughCount } from './rough-count.js';
import { countMarks, type MarkCounts } from './count-marks.js';
import { forecastOf, type Forecast, type Waiting } from './forecast.js';
import { isAlive, nobodyWorks } from './processes.js';
import { readSourceReports, type BoundSource, type SourceReport } from './source-report.js';
import type { ReportDeps } from './reports.js';

/** How the mirror stands, from the database alone. */
export interface StatusReport {
  at: Date;
  state: LightState;
  /** Since when it is not in step; null while it is. */
  since: Date | null;
  /** What keeps it from being in step, worst first. */
  reasons: StatusReason[];
  /** When every scheduled type was last proven equal: the earliest of them. null: not all have been. */
  provenAt: Date | null;
  /** Objects that wait for their proof, dead letters included. */
  unproven: RoughCount;
  /** Since when the oldest of them waits that is not a dead letter. */
  oldestAt: Date | null;
  dead: RoughCount;
  hooks: { waiting: RoughCount; dead: RoughCount; since: Date | null };
  /** Deliveries that were refused, by anybody's signature. */
  refused: { count: number; at: Date | null };
  /** Events that were kept and changed nothing. */
  quarantined: RoughCount;
  paused: { reason: string; since: Date } | null;
  /** What operators paused. */
  holds: Hold[];
  /** The processes that work on this database now. */
  processes: ProcessRow[];
  /** Requests a second to Stripe, as the processes counted them, and how many are allowed. null: no process lives. */
  pace: { perS: number; allowedPerS: number } | null;
  forecast: Forecast;
  sources: SourceReport[];
}

export type StatusReason = Omit<LightReason, 'code'> & { code: LightReason['code'] | 'nobody_works' };

const COUNTED_MAX = 5_000;
const PROCESSES_MAX = 50;

/** Everything that `lockstep status` shows. Reads by index and by estimate, so that it stays cheap in a large database. */
export async function readStatusReport({ database, config, clock }: ReportDeps): Promise<StatusReport> {
  const now = clock.now();
  const sources = await readSources(database);
  const processes = await readProcesses(database, PROCESSES_MAX);
  const alive = processes.filter((one) => isAlive(one, now));
  const signs = createSigns(clock);
  await signs.exchange(database); // nothing is noted here, so it only reads
  const marks = await countMarks(database);
  // With nobody at work, what the last process did is what is missing.
  const acting = alive.length > 0 ? alive : processes.slice(0, 1);
  const scheduled = sweepTypesOf(acting, config.sweepTypes);
  const everyType = await readTypes(database, sources, namesOfPlans);
  const types = everyType.filter(({ type }) => scheduled.includes(type));
  const bound = await readBound(database, sources, signs);
  const [paused, resumed] = [signs.get(ANYBODY, 'paused'), signs.get(ANYBODY, 'resumed')];
  const refused = signs.get(ANYBODY, 'refused');
  const holds = await readHolds(database, now);
  const light = lightOf(
    {
      sources: bound,
      refused,
      paused,
      resumed,
      holds,
      dirty: marks.unproven.value,
      isEstimate: marks.unproven.precision !== 'exact',
      dead: marks.dead.value,
      waitingSince: marks.waitingSince,
      deadSince: marks.deadSince,
      types,
      partitionsDueSince: await partitionsDueSince(database, now),
      duties: dutiesOf(acting, config),
    },
    now,
  );
  const idle = nobodyWorks(processes, bound, now);
  return {
    ...light,
    ...(idle === null ? {} : { state: 'degraded', since: earlier(light.since, idle.since) }),
    reasons: [...(idle === null ? [] : [idle]), ...light.reasons],
    at: now,
    provenAt: earliestProof(types),
    unproven: marks.unproven,
    oldestAt: marks.waitingSince,
    dead: marks.dead,
    hooks: await countHooks(database),
    refused: { count: refused?.count ?? 0, at: refused?.at ?? null },
    quarantined: await countQuarantined(database),
    paused: pausedOf(light.reasons, paused),
    holds,
    processes: alive,
    pace: paceOf(alive),
    forecast: forecastFor(waitingOf(marks, sources), holds, alive),
    sources: await readSourceReports(
      { database, mirrorSchema: config.mirrorSchema, sources },
      { marks, types: everyType, bound: bound.map(sourceStatus) },
    ),
  };
}

function forecastFor(waiting: readonly Waiting[], holds: readonly Hold[], alive: readonly ProcessRow[]): Forecast {
  const open = waiting.filter(({ objects }) => objects > 0);
  const free = open.filter(({ platform, livemode }) => !holds.some(isSame({ account: platform, livemode })));
  if (open.length > 0 && free.length === 0) return { seconds: null, because: 'paused' };
  return forecastOf(
    free,
    alive.filter(({ proves }) => proves),
  );
}

/** What waits and can be read now. What is only known in all is shared out among the types that are too long to count. */
function waitingOf({ types, unproven: all }: MarkCounts, sources: readonly BoundSource[]): Waiting[] {
  const long = types.filter(({ unproven }) => unproven.precision !== 'exact');
  const counted = types.reduce((sum, { unproven }) => sum + unproven.value, 0);
  const share = Math.max(0, all.value - counted) / Math.max(1, long.length);
  return types.map(({ account, livemode, type, unproven, dead }) => ({
    account,
    livemode,
    type,
    platform: sources.find((one) => one.account === account && one.livemode === livemode)?.platform ?? account,
    objects: unproven.value - dead + (unproven.precision === 'exact' ? 0 : share),
  }));
}

function readSources(database: Queryable): Promise<BoundSource[]> {
  return database.query<BoundSource>(sql`
    select account, livemode, platform, bound_at as "boundAt" from lockstep.sources order by bound_at, account`);
}

/** In the order in which runs were made, which is that of their keys. */
async function countHooks(database: Queryable): Promise<StatusReport['hooks']> {
  const [counted] = await database.query<{ waiting: number; dead: number; since: Date | null }>(sql`
    select count(*) as waiting, count(d.dead_since) as dead, min(d.made_at) as since from (
      select dead_since, made_at from lockstep.hook_deliveries order by gen limit ${COUNTED_MAX + 1}) d`);
  const { waiting = 0, dead = 0, since = null } = counted ?? {};
  return { waiting: amountOf(waiting, COUNTED_MAX, null), dead: exactly(dead), since };
}

async function countQuarantined(database: Queryable): Promise<RoughCount> {
  const [counted] = await database.query<{ quarantined: number }>(sql`
    select count(*) as quarantined from (
      select 1 from lockstep.inbox where quarantine is not null limit ${COUNTED_MAX + 1}) q`);
  return amountOf(counted?.quarantined ?? 0, COUNTED_MAX, null);
}

const namesOfPlans = plans.map(({ type }) => type);

/** What these processes list, or what this configuration would. */
function sweepTypesOf(acting: readonly ProcessRow[], configured: readonly string[] | undefined): readonly string[] {
  const sweeping = acting.find(({ sweeps }) => sweeps);
  return (sweeping === undefined ? configured : sweeping.sweepTypes) ?? namesOfPlans;
}

/** What these processes do together, or what `serve` would do with this configuration. */
function dutiesOf(acting: readonly ProcessRow[], config: ReportDeps['config']): LightRecord['duties'] {
  if (acting.length === 0) {
    const everyMs = config.feed === 'poll' ? config.pollEveryMs : config.catchUpEveryMs;
    return {
      webhooks: config.feed === 'webhook',
      pollEveryMs: everyMs > 0 ? everyMs : null,
      sweepEveryMs: config.sweepEveryMs > 0 ? config.sweepEveryMs : null,
    };
  }
  const least = (all: readonly (number | null)[]): number | null =>
    all.reduce((found, one) => (found === null || (one !== null && one < found) ? one : found), null);
  return {
    webhooks: acting.some(({ duties }) => duties.webhooks),
    pollEveryMs: least(acting.map(({ duties }) => duties.pollEveryMs)),
    sweepEveryMs: least(acting.map(({ duties }) => duties.sweepEveryMs)),
  };
}

function pausedOf(reasons: readonly LightReason[], paused: Sign | undefined): StatusReport['paused'] {
  if (paused === undefined || !reasons.some(({ code }) => code === 'proving_paused')) return null;
  return { reason: paused.detail ?? '', since: paused.since };
}

function paceOf(alive: readonly ProcessRow[]): StatusReport['pace'] {
  const budgets = alive.flatMap(({ budgets: all }) => all);
  if (budgets.length === 0) return null;
  return {
    perS: budgets.reduce((sum, { perS }) => sum + perS, 0),
    allowedPerS: budgets.reduce((sum, { rateTotal }) => sum + rateTotal, 0),
  };
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
