import type { Source } from '../mirror/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

export interface Status {
  /** Objects hinted at and not yet proven; of them, dead letters. */
  dirty: number;
  dead: number;
  /** Since when the oldest of them waits. */
  since: Date | null;
  /** When every scheduled type was last proven equal by a sweep: the earliest of them; null: not all have been. */
  provenAt: Date | null;
  /** Why proving is paused; null while it runs. */
  paused: string | null;
}

export async function readStatus(
  database: Queryable,
  source: Source,
  types: readonly string[],
  paused: string | null,
): Promise<Status> {
  const [marks] = await database.query<{ dirty: number; dead: number; since: Date | null }>(sql`
    select count(*) as dirty, count(dead_since) as dead, min(hinted_at) as since
    from lockstep.dirty where account = ${source.account} and livemode = ${source.livemode}`);
  const sweeps = await database.query<{ at: Date }>(sql`
    select max(began_at) as at from lockstep.sweeps
    where account = ${source.account} and livemode = ${source.livemode} and finished_at is not null
      and type = any(string_to_array(${types.join(',')}, ','))
    group by type order by at`);
  const provenAt = sweeps.length === types.length ? (sweeps[0]?.at ?? null) : null;
  return { dirty: marks?.dirty ?? 0, dead: marks?.dead ?? 0, since: marks?.since ?? null, provenAt, paused };
}
