import { randomUUID } from 'node:crypto';
import type { Registry } from 'prom-client';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import { messageOf } from '../../kernel/error.js';
import type { Database, Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql, trusted, type Sql } from '../../store/sql.js';
import { countMarks } from '../count-marks.js';

/** What one process counted in one minute. */
interface Counted {
  events: number;
  proofs: number;
  requests: number;
  limited: number;
  /** How many events were shown within each of the limits of `LAGS`, and later. Not cumulative. */
  shown: number[];
  /** The same from the first hint to the proof. */
  proven: number[];
  /** Of the whole database, at the end of the minute. */
  unproven: number;
  oldestS: number;
}

/** The limits of the lags, in seconds. As in `engine/instruments.ts`. */
const LAGS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800] as const;

const MINUTE_MS = 60_000;
const KEPT_MS = 45 * 24 * 60 * MINUTE_MS;

interface Deps {
  database: Database;
  clock: Clock;
  log: Log;
  registry: Registry;
  stopping: AbortSignal;
  /** Whether anybody may look at the plots. */
  isOn: () => Promise<boolean>;
}

/** Writes a row each minute while the console is on. Ends with the engine. */
export async function keepSamples({ database, clock, log, registry, stopping, isOn }: Deps): Promise<void> {
  const id = randomUUID();
  let before = await readCounters(registry);
  while (!stopping.aborted) {
    await clock.sleep(MINUTE_MS, stopping);
    if (stopping.aborted) return;
    try {
      const now = await readCounters(registry);
      const since = before;
      before = now;
      if (!(await isOn())) continue;
      const counted: Counted = { ...difference(now, since), ...(await readWaiting(database, clock)) };
      const at = clock.now();
      await database.query(sql`
        insert into lockstep.samples (at, process, counted) values (${at}::timestamptz, ${id}::uuid, ${json(counted)}::jsonb)`);
      await database.query(
        sql`delete from lockstep.samples where at < ${new Date(at.getTime() - KEPT_MS)}::timestamptz`,
      );
    } catch (error) {
      log.debug({ event: 'console.no_sample', reason: messageOf(error) }); // the plots have a gap there
    }
  }
}

type Counters = Omit<Counted, 'unproven' | 'oldestS'>;

async function readCounters(registry: Registry): Promise<Counters> {
  const metrics = new Map((await registry.getMetricsAsJSON()).map((metric) => [metric.name, metric.values]));
  const values = (name: string) => (metrics.get(name) ?? []) as readonly MetricValue[];
  const sum = (name: string, fits: (labels: MetricValue['labels']) => boolean): number =>
    values(name).reduce((total, { value, labels }) => (fits(labels) ? total + value : total), 0);
  return {
    events: sum('lockstep_deliveries_total', ({ outcome }) => outcome === 'accepted'),
    proofs: sum('lockstep_proofs_total', ({ outcome }) => outcome === 'proven' || outcome === 'gone'),
    requests: sum('lockstep_stripe_requests_total', () => true),
    limited: sum('lockstep_stripe_requests_total', ({ status }) => status === '429'),
    shown: bucketsOf(values('lockstep_shown_lag_seconds')),
    proven: bucketsOf(values('lockstep_proven_lag_seconds')),
  };
}

interface MetricValue {
  value: number;
  labels: Readonly<Partial<Record<string, string | number>>>;
  metricName?: string;
}

/** Buckets of Prometheus are cumulative. These are not. */
function bucketsOf(values: readonly MetricValue[]): number[] {
  const upTo = [...LAGS, '+Inf'].map((limit) =>
    values.reduce((total, { value, labels }) => (String(labels['le']) === String(limit) ? total + value : total), 0),
  );
  return upTo.map((count, index) => count - (upTo[index - 1] ?? 0));
}

function difference(now: Counters, before: Counters): Counters {
  const buckets = (name: 'shown' | 'proven'): number[] =>
    now[name].map((count, index) => count - (before[name][index] ?? 0));
  return {
    events: now.events - before.events,
    proofs: now.proofs - before.proofs,
    requests: now.requests - before.requests,
    limited: now.limited - before.limited,
    shown: buckets('shown'),
    proven: buckets('proven'),
  };
}

async function readWaiting(database: Queryable, clock: Clock): Promise<Pick<Counted, 'unproven' | 'oldestS'>> {
  const { unproven, waitingSince } = await countMarks(database);
  const oldestS = waitingSince === null ? 0 : (clock.now().getTime() - waitingSince.getTime()) / 1_000;
  return { unproven: unproven.value, oldestS: Math.max(0, Math.round(oldestS)) };
}

/** The ranges that the plots can show, and how long one of their points is. */
export const ranges = {
  '1h': { ms: 60 * MINUTE_MS, stepMs: MINUTE_MS },
  '24h': { ms: 24 * 60 * MINUTE_MS, stepMs: 10 * MINUTE_MS },
  '7d': { ms: 7 * 24 * 60 * MINUTE_MS, stepMs: 60 * MINUTE_MS },
  '30d': { ms: 30 * 24 * 60 * MINUTE_MS, stepMs: 6 * 60 * MINUTE_MS },
} as const;
export type Range = keyof typeof ranges;

/** Points in time, and what was measured at each. null: nobody measured. */
export interface Plots {
  /** In seconds since 1970. */
  at: number[];
  eventsPerS: (number | null)[];
  requestsPerS: (number | null)[];
  limitedPerS: (number | null)[];
  proofsPerS: (number | null)[];
  /** Within so many seconds, half of them and 99 of 100. */
  shownP50: (number | null)[];
  shownP99: (number | null)[];
  provenP50: (number | null)[];
  provenP99: (number | null)[];
  unproven: (number | null)[];
  oldestS: (number | null)[];
}

type Bin = Counters & Pick<Counted, 'unproven' | 'oldestS'> & { at: Date };

/** What all processes counted together, over a range that ends now. */
export async function readPlots(database: Database, clock: Clock, range: Range): Promise<Plots> {
  const { ms, stepMs } = ranges[range];
  const end = Math.floor(clock.now().getTime() / stepMs) * stepMs;
  const begin = end - ms;
  const bins = await database.within('listing').query<Bin>(binned(new Date(begin), stepMs / 1_000));
  const byTime = new Map(bins.map((bin) => [bin.at.getTime(), bin]));
  const times = Array.from({ length: ms / stepMs + 1 }, (_, index) => begin + index * stepMs);
  const values = (of: (bin: Bin) => number | null): (number | null)[] =>
    times.map((at) => {
      const bin = byTime.get(at);
      return bin === undefined ? null : of(bin);
    });
  const perS = (count: number): number => count / (stepMs / 1_000);
  return {
    at: times.map((at) => at / 1_000),
    eventsPerS: values(({ events }) => perS(events)),
    requestsPerS: values(({ requests }) => perS(requests)),
    limitedPerS: values(({ limited }) => perS(limited)),
    proofsPerS: values(({ proofs }) => perS(proofs)),
    shownP50: values(({ shown }) => quantile(shown, 0.5)),
    shownP99: values(({ shown }) => quantile(shown, 0.99)),
    provenP50: values(({ proven }) => quantile(proven, 0.5)),
    provenP99: values(({ proven }) => quantile(proven, 0.99)),
    unproven: values(({ unproven }) => unproven),
    oldestS: values(({ oldestS }) => oldestS),
  };
}

const number = (field: string): string => `sum((s.counted ->> '${field}')::double precision) as ${field}`;
const buckets = (field: string): string =>
  `jsonb_build_array(${[...LAGS, 0].map((_, index) => `sum((s.counted -> '${field}' ->> ${index})::double precision)`).join(', ')}) as ${field}`;

const binned = (since: Date, stepS: number): Sql => sql`
  select to_timestamp(floor(extract(epoch from s.at) / ${stepS}::integer) * ${stepS}::integer) as at,
    ${trusted(['events', 'proofs', 'requests', 'limited'].map(number).join(', '))},
    ${trusted(['shown', 'proven'].map(buckets).join(', '))},
    max((s.counted ->> 'unproven')::double precision) as unproven,
    max((s.counted ->> 'oldestS')::double precision) as "oldestS"
  from lockstep.samples s where s.at >= ${since}::timestamptz group by 1 order by 1`;

/** As Prometheus does it: evenly between the limits of the bucket. null: nothing was counted. */
export function quantile(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0) return null;
  let below = 0;
  for (const [index, count] of counts.entries()) {
    if (below + count >= share * total && count > 0) {
      const [from, to] = [LAGS[index - 1] ?? 0, LAGS[index]];
      return to === undefined ? from : from + ((to - from) * (share * total - below)) / count;
    }
    below += count;
  }
  return LAGS.at(-1) ?? null;
}
