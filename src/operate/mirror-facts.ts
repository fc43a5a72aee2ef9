import {
  lightOf,
  type Light,
  type LightReason,
  type LightRecord,
  type SourceRecord,
  type TypeRecord,
} from '../engine/light.js';
import { readHolds, type Hold } from '../engine/holds.js';
import { readProcesses, type ProcessRow } from '../engine/process-record.js';
import { ANYBODY, createSigns, type Sign } from '../engine/signs.js';
import { readBound, readTypes } from '../engine/status.js';
import { readDisabledEndpoints, type DisabledEndpoint } from '../hooks/endpoints/endpoint-health.js';
import type { Reached } from '../inbox/sources.js';
import { partitionsDueSince } from '../inbox/maintenance.js';
import type { Source } from '../kernel/source.js';
import { plans } from '../listing/plan.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { countMarks, type MarkCounts } from './count-marks.js';
import { isAlive, nobodyWorks } from './processes.js';
import { readDrift, type TypeDrift } from './read-drift.js';
import { amountOf, exactly, type RoughCount } from './rough-count.js';
import type { ReportDeps } from './reports.js';

/** An account that this database mirrors. */
export interface BoundSource extends Reached {
  boundAt: Date;
}

export type StatusReason = Omit<LightReason, 'code'> & { code: LightReason['code'] | 'nobody_works' };

/** How many runs of hooks wait, for the hooks of all processes. */
export interface HookCounts {
  waiting: RoughCount;
  dead: RoughCount;
  /** When the oldest one was made. */
  since: Date | null;
  /** Endpoints that took no message for days. Nothing is sent to them until somebody says so. */
  disabled: DisabledEndpoint[];
}

/** What is known of the mirror, from the database alone. The status, the metrics, and the alarms are decided from it. */
export interface MirrorFacts {
  at: Date;
  sources: BoundSource[];
  /** The processes that work on this database now. */
  processes: ProcessRow[];
  marks: MarkCounts;
  /** Every type that can be listed, for each account; and those of them that are scheduled. */
  everyType: TypeRecord[];
  types: TypeRecord[];
  /** The signs of each account. */
  bound: SourceRecord[];
  /** Up to which moment Stripe's list of events was read. */
  cursors: (Source & { position: Date })[];
  drift: TypeDrift[];
  refused: Sign | undefined;
  paused: Sign | undefined;
  /** What operators paused. */
  holds: Hold[];
  hooks: HookCounts;
  /** What the processes do together, or what `serve` would do. */
  duties: LightRecord['duties'];
  /** Types that the processes leave out. */
  notMirrored: readonly string[];
  light: Omit<Light, 'reasons'> & { reasons: StatusReason[] };
}

const COUNTED_MAX = 5_000;
const PROCESSES_MAX = 50;

/**
 * Reads by index and by estimate: what it costs does not grow with the tables. In three rows of statements beside each
 * other, because where the database is a network away, the ways there and back are most of the time.
 */
export async function readMirrorFacts({
  database,
  config,
  clock,
}: Pick<ReportDeps, 'database' | 'config' | 'clock'>): Promise<MirrorFacts> {
  const now = clock.now();
  const [marks, known, rest] = await Promise.all([
    countMarks(database),
    readKnown(database, clock),
    readRest(database, now),
  ]);
  const { sources, everyType, bound, refused, paused, resumed } = known;
  const { processes, partitionsDueAt, holds, cursors, drift, hooks } = rest;
  const alive = processes.filter((one) => isAlive(one, now));
  // With nobody at work, what the last process did is what is missing.
  const acting = alive.length > 0 ? alive : processes.slice(0, 1);
  const notMirrored = acting.find(({ leaveOut }) => leaveOut !== undefined)?.leaveOut ?? config.leaveOut;
  const scheduled = sweepTypesOf(acting, config.sweepTypes).filter((type) => !notMirrored.includes(type));
  const types = everyType.filter(({ type }) => scheduled.includes(type));
  const duties = dutiesOf(acting, config);
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
      partitionsDueSince: partitionsDueAt,
      duties,
    },
    now,
  );
  return {
    at: now,
    sources,
    processes: alive,
    marks,
    everyType,
    types,
    bound,
    cursors,
    drift,
    refused,
    paused,
    holds,
    hooks,
    duties,
    notMirrored,
    light: withIdle(light, nobodyWorks(processes, bound, now)),
  };
}

/** What is known of the accounts. */
async function readKnown(database: Queryable, clock: ReportDeps['clock']) {
  const sources = await readSources(database);
  const signs = createSigns(clock);
  await signs.exchange(database); // nothing is noted here, so it only reads
  return {
    sources,
    everyType: await readTypes(database, sources, namesOfPlans),
    bound: await readBound(database, sources, signs),
    refused: signs.get(ANYBODY, 'refused'),
    paused: signs.get(ANYBODY, 'paused'),
    resumed: signs.get(ANYBODY, 'resumed'),
  };
}

async function readRest(database: Queryable, now: Date) {
  return {
    processes: await readProcesses(database, PROCESSES_MAX),
    holds: await readHolds(database, now),
    partitionsDueAt: await partitionsDueSince(database, now),
    cursors: await readCursors(database),
    drift: await readDrift(database),
    hooks: await countHooks(database),
  };
}

function withIdle(light: Light, idle: StatusReason | null): MirrorFacts['light'] {
  if (idle === null) return light;
  return { state: 'degraded', since: earlier(light.since, idle.since), reasons: [idle, ...light.reasons] };
}

function readSources(database: Queryable): Promise<BoundSource[]> {
  return database.query<BoundSource>(sql`
    select account, livemode, platform, bound_at as "boundAt" from lockstep.sources order by bound_at, account`);
}

function readCursors(database: Queryable): Promise<(Source & { position: Date })[]> {
  return database.query(sql`select account, livemode, position from lockstep.cursors where feed = 'poll'`);
}

/** In the order in which runs were made, which is that of their keys. */
async function countHooks(database: Queryable): Promise<HookCounts> {
  const [counted] = await database.query<{ waiting: number; dead: number; since: Date | null }>(sql`
    select count(*) as waiting, count(d.dead_since) as dead, min(d.made_at) as since from (
      select dead_since, made_at from lockstep.hook_deliveries order by gen limit ${COUNTED_MAX + 1}) d`);
  const { waiting = 0, dead = 0, since = null } = counted ?? {};
  const disabled = await readDisabledEndpoints(database);
  return { waiting: amountOf(waiting, COUNTED_MAX, null), dead: exactly(dead), since, disabled };
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

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
