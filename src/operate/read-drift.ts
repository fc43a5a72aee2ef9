import type { Cause } from '../listing/drift/cause.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/** What sweeps found in the last 30 days that no event had led to. A sweep has what it finds read again. */
export interface SweepDrift {
  found: number;
  /** When the last sweep ended that found some; null: none did. */
  lastAt: Date | null;
}

export interface TypeDrift extends Source, SweepDrift {
  type: string;
  /** When the last sweep ended that found none; null: none did. */
  cleanAt: Date | null;
}

export const DRIFT_DAYS = 30;

/**
 * The first sweep or backfill of a type loads what there is, which is no drift. Sweep history is small: a row for each
 * sweep of a type, and 90 days of them.
 */
export function readDrift(database: Queryable): Promise<TypeDrift[]> {
  return database.query(sql`
    select s.account, s.livemode, s.type, sum(s.missing + s.extra + s.different)::bigint as found, max(s.finished_at) as "lastAt",
      (select max(c.finished_at) from lockstep.sweeps c
       where c.account = s.account and c.livemode = s.livemode and c.type = s.type and c.note is null
         and c.missing + c.extra + c.different = 0) as "cleanAt"
    from lockstep.sweeps s
    where s.started_at > now() - make_interval(days => ${DRIFT_DAYS}) and s.missing + s.extra + s.different > 0
      and (exists (
          select from lockstep.sweeps e
          where e.account = s.account and e.livemode = s.livemode and e.type = s.type and e.scope = 'all'
            and e.started_at < s.started_at and e.finished_at is not null and e.note is null)
        or exists (
          select from lockstep.backfills b
          where b.account = s.account and b.livemode = s.livemode and b.type = s.type and b.finished_at < s.started_at))
    group by s.account, s.livemode, s.type`);
}

/** How many objects of a type were found to differ for one reason. */
export interface DriftCause extends Source {
  type: string;
  cause: Cause;
  /** How many, in the days that are asked for. */
  found: number;
  /** How many of them nothing has repaired yet. */
  open: number;
}

/** How many days findings are kept. */
export const DRIFT_KEPT_DAYS = 45;

/** What was found, by account, type and cause. For reports and metrics. Default: all that is kept. */
export function readDriftCauses(database: Queryable, days = DRIFT_KEPT_DAYS): Promise<DriftCause[]> {
  return database.query<DriftCause>(sql`
    select account, livemode, type, cause, count(*)::bigint as found,
      count(*) filter (where repaired_at is null)::bigint as open
    from lockstep.drift where found_at > now() - make_interval(days => ${days}::integer)
    group by account, livemode, type, cause order by account, livemode, type, cause`);
}
