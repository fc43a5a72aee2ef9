import type { LightState } from '../engine/light.js';
import { isSame, type Hold } from '../engine/holds.js';
import type { ProcessRow } from '../engine/process-record.js';
import type { Sign } from '../engine/signs.js';
import { earliestProof } from '../engine/status.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { readChangeFeed, type ChangeFeedReport } from './change-feed.js';
import { amountOf, type RoughCount } from './rough-count.js';
import type { MarkCounts } from './count-marks.js';
import { forecastOf, type Forecast, type Waiting } from './forecast.js';
import { readMirrorFacts, type BoundSource, type HookCounts, type StatusReason } from './mirror-facts.js';
import { readSourceReports, type SourceReport } from './source-report.js';
import type { ReportDeps } from './reports.js';
import { tableOfType } from './type-names.js';

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
  hooks: HookCounts;
  /** Whether readers of the change feed see everything. */
  changes: ChangeFeedReport;
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
  /** Types that are not mirrored, by their tables. */
  notMirrored: string[];
}

const COUNTED_MAX = 5_000;

/** Everything that `lockstep status` shows. Reads by index and by estimate, so that it stays cheap in a large database. */
export async function readStatusReport(deps: ReportDeps): Promise<StatusReport> {
  const { database, config } = deps;
  const facts = await readMirrorFacts(deps);
  const { at, light, types, marks, refused, paused, holds, processes, sources } = facts;
  return {
    ...light,
    at,
    provenAt: earliestProof(types),
    unproven: marks.unproven,
    oldestAt: marks.waitingSince,
    dead: marks.dead,
    hooks: facts.hooks,
    changes: await readChangeFeed(database, at),
    refused: { count: refused?.count ?? 0, at: refused?.at ?? null },
    quarantined: await countQuarantined(database),
    paused: pausedOf(light.reasons, paused),
    holds,
    processes,
    pace: paceOf(processes),
    forecast: forecastFor(waitingOf(marks, sources), holds, processes),
    sources: await readSourceReports({ database, mirrorSchema: config.mirrorSchema }, facts),
    notMirrored: facts.notMirrored.map(tableOfType),
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

async function countQuarantined(database: Queryable): Promise<RoughCount> {
  const [counted] = await database.query<{ quarantined: number }>(sql`
    select count(*) as quarantined from (
      select 1 from lockstep.inbox where quarantine is not null limit ${COUNTED_MAX + 1}) q`);
  return amountOf(counted?.quarantined ?? 0, COUNTED_MAX, null);
}

function pausedOf(reasons: readonly StatusReason[], paused: Sign | undefined): StatusReport['paused'] {
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
