import type { Clock } from '../../kernel/clock.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';

/** Dead letters that failed for the same reason. */
export interface DeadGroup {
  type: string;
  reason: string;
  count: number;
  /** Since when the oldest is one. */
  since: Date;
  /** Some of their ids. */
  ids: string[];
  /** Nobody needs to look at it until then; null: it is not muted. */
  mutedUntil: Date | null;
  mutedBy: string | null;
}

/** Runs of a hook that gave up for the same reason. */
export interface DeadHookGroup {
  hook: string;
  reason: string;
  count: number;
  since: Date;
  /** Runs that wait behind them. */
  ids: string[];
}

const COUNTED_MAX = 10_000;
const NAMED_MAX = 5;
const DAY_MS = 24 * 60 * 60_000;
const MUTED_DAYS_MAX = 90;

export function readDeadGroups(database: Queryable, now: Date): Promise<DeadGroup[]> {
  return database.query<DeadGroup>(sql`
    select g.*, m.until as "mutedUntil", m.by_whom as "mutedBy" from (
      select d.type, coalesce(d.reason, '') as reason, count(*) as count, min(d.dead_since) as since,
        (array_agg(d.id order by d.dead_since))[1:${NAMED_MAX}::integer] as ids
      from (select type, reason, id, dead_since from lockstep.dirty where dead_since is not null
            order by dead_since limit ${COUNTED_MAX}) d
      group by d.type, coalesce(d.reason, '')
    ) g
    left join lockstep.mutes m on m.type = g.type and m.reason = g.reason and m.until > ${now}::timestamptz
    order by g.count desc, g.type, g.reason`);
}

export function readDeadHookGroups(database: Queryable): Promise<DeadHookGroup[]> {
  return database.query<DeadHookGroup>(sql`
    select d.hook, coalesce(d.reason, '') as reason, count(*) as count, min(d.dead_since) as since,
      (array_agg(coalesce(d.event, d.id) order by d.dead_since))[1:${NAMED_MAX}::integer] as ids
    from (select hook, reason, id, event, dead_since from lockstep.hook_deliveries where dead_since is not null
          order by dead_since limit ${COUNTED_MAX}) d
    group by d.hook, coalesce(d.reason, '') order by count(*) desc, d.hook`);
}

/** Says that nobody needs to look at a group for so many days. 0 ends it. */
export async function muteGroup(
  { database, clock }: { database: Queryable; clock: Clock },
  { type, reason, days, byWhom }: { type: string; reason: string; days: number; byWhom: string },
): Promise<void> {
  if (days === 0) {
    await database.query(sql`delete from lockstep.mutes where type = ${type} and reason = ${reason}`);
    return;
  }
  const now = clock.now();
  const until = new Date(now.getTime() + Math.min(days, MUTED_DAYS_MAX) * DAY_MS);
  await database.query(sql`
    insert into lockstep.mutes (type, reason, by_whom, at, until)
    values (${type}, ${reason}, ${byWhom}, ${now}::timestamptz, ${until}::timestamptz)
    on conflict (type, reason) do update set by_whom = excluded.by_whom, at = excluded.at, until = excluded.until`);
}
