import { TOO_MANY_PARENTS } from '../feeds/too-many.js';
import { readWaitingHooks, type WaitingHooks } from '../hooks/hook-letters.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';

/** How the mirror stands to Stripe. In step as far as anything is known: `dirty` is 0. */
export interface Status {
  /** Objects hinted at and not yet proven. */
  dirty: number;
  /** Of them, dead letters: proving failed again and again, and goes on once an hour. `lockstep dead` shows why. */
  dead: number;
  /** Since when the oldest of them waits. */
  since: Date | null;
  /**
   * When every scheduled type was last proven equal by a sweep: the earliest of them. Types that the account does not use, or
   * that would be listed below each of more than 10,000 parents, do not count. null: not all have been.
   */
  provenAt: Date | null;
  /** Events that changed nothing: of another account or mode, or about nothing that could be mirrored. */
  quarantined: number;
  /** Runs of hooks that are still to be made. */
  hooks: WaitingHooks;
  /** Why proving is paused; null while it runs. */
  paused: string | null;
}

const NOT_ASKED = ['not_available', TOO_MANY_PARENTS];

export async function readStatus(
  database: Queryable,
  sources: readonly Source[],
  types: readonly string[],
  paused: string | null,
): Promise<Status> {
  const ours = sql`jsonb_to_recordset(${json(sources)}::jsonb) as r(account text, livemode boolean)`;
  const [marks] = await database.query<{ dirty: number; dead: number; since: Date | null }>(sql`
    select count(*) as dirty, count(d.dead_since) as dead, min(d.hinted_at) as since
    from lockstep.dirty d join ${ours} on d.account = r.account and d.livemode = r.livemode`);
  const [inbox] = await database.query<{ quarantined: number }>(
    sql`select count(*) as quarantined from lockstep.inbox where quarantine is not null`,
  );
  const [proof] = await database.query<{ at: Date | null; unproven: number }>(sql`
    select min(proven.at) as at, count(*) filter (where proven.at is null and coalesce(last.note, '') <> all (${NOT_ASKED})) as unproven
    from ${ours}
    cross join jsonb_array_elements_text(${json(types)}::jsonb) as t(type)
    left join lateral (
      select max(s.began_at) as at from lockstep.sweeps s
      where s.account = r.account and s.livemode = r.livemode and s.type = t.type and s.scope = 'all'
        and s.finished_at is not null and s.note is null
    ) proven on true
    left join lateral (
      select s.note from lockstep.sweeps s
      where s.account = r.account and s.livemode = r.livemode and s.type = t.type and s.scope = 'all' and s.finished_at is not null
      order by s.started_at desc limit 1
    ) last on true`);
  return {
    dirty: marks?.dirty ?? 0,
    dead: marks?.dead ?? 0,
    since: marks?.since ?? null,
    provenAt: proof === undefined || proof.unproven > 0 ? null : proof.at,
    quarantined: inbox?.quarantined ?? 0,
    hooks: await readWaitingHooks(database),
    paused,
  };
}
