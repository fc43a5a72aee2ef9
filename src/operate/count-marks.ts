import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { amountOf, estimateRows, exactly, sumOf, type RoughCount } from './rough-count.js';

/** Objects of one type that wait for their proof. */
export interface MarkCount extends Source {
  type: string;
  /** Dead letters included. */
  unproven: RoughCount;
  dead: number;
  /** The first hint of the one that waits longest; null: only dead letters wait. */
  oldestAt: Date | null;
}

export interface MarkCounts {
  types: readonly MarkCount[];
  unproven: RoughCount;
  dead: RoughCount;
  /** Since when the oldest one waits that is not a dead letter. */
  waitingSince: Date | null;
  /** Since when the oldest dead letter waits. */
  deadSince: Date | null;
}

/** So many marks of a type are looked at: the ones that fell due first, so the oldest is among them. */
const COUNTED_MAX = 5_000;

/** Counts what waits, type by type through the index over types: what it costs does not grow with the marks. */
export async function countMarks(database: Queryable): Promise<MarkCounts> {
  const rows = await database.query<Omit<MarkCount, 'unproven'> & { marks: number }>(byType);
  const total = rows.reduce((sum, { marks }) => sum + marks, 0);
  const sampled = new Map<string, number>();
  for (const { type, marks } of rows) sampled.set(type, (sampled.get(type) ?? 0) + marks);
  const large = [...sampled].filter(([, marks]) => marks > COUNTED_MAX);
  const estimate =
    large.length === 0 ? null : ((await estimateRows(database, 'lockstep', ['dirty'])).get('dirty') ?? null);
  // An estimate of the whole table is a type's only if every other type was counted.
  const ofLargest = estimate === null || large.length > 1 ? null : estimate - (total - (large[0]?.[1] ?? 0));
  const types = rows.map(({ marks, ...row }) => {
    const isLarge = (sampled.get(row.type) ?? 0) > COUNTED_MAX;
    return { ...row, unproven: isLarge ? amountOf(COUNTED_MAX + 1, COUNTED_MAX, ofLargest) : exactly(marks) };
  });
  const [oldest] = await database.query<{ at: Date }>(oldestWaiting);
  const [dead] = await database.query<{ count: number; since: Date | null }>(deadLetters);
  return {
    types,
    unproven: large.length === 0 ? exactly(total) : wholeOf(estimate, sumOf(types.map(({ unproven }) => unproven))),
    dead: amountOf(dead?.count ?? 0, COUNTED_MAX, null),
    waitingSince: oldest?.at ?? null,
    deadSince: dead?.since ?? null,
  };
}

function wholeOf(estimate: number | null, counted: RoughCount): RoughCount {
  if (estimate === null || estimate < counted.value) return counted;
  return { value: Math.round(estimate), precision: 'about' };
}

const byType = sql`
  with recursive kinds as (
    (select d.type from lockstep.dirty d order by d.type collate "C" limit 1)
    union all
    select (select d.type from lockstep.dirty d where d.type collate "C" > k.type collate "C" order by d.type collate "C" limit 1)
    from kinds k where k.type is not null
  )
  select m.account, m.livemode, k.type, m.marks, m.dead, m."oldestAt"
  from kinds k cross join lateral (
    select d.account, d.livemode, count(*) as marks, count(d.dead_since) as dead,
      min(d.hinted_at) filter (where d.dead_since is null) as "oldestAt"
    from (
      select d.account, d.livemode, d.dead_since, d.hinted_at from lockstep.dirty d
      where d.type collate "C" = k.type collate "C" order by d.type collate "C", d.due_at limit ${COUNTED_MAX + 1}
    ) d group by d.account, d.livemode
  ) m
  where k.type is not null order by k.type, m.account`;

const oldestWaiting = sql`
  select hinted_at as at from lockstep.dirty where dead_since is null order by hinted_at limit 1`;

const deadLetters = sql`
  select count(*) as count, min(d.hinted_at) as since from (
    select hinted_at from lockstep.dirty where dead_since is not null limit ${COUNTED_MAX + 1}
  ) d`;
