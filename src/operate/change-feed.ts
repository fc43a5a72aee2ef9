import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/** Whether readers of the change feed see everything, and if not, what they wait for. */
export interface ChangeFeedReport {
  /** When the oldest change was proven that no reader may see yet. null: readers see every change. */
  heldSince: Date | null;
  /** The oldest transaction that is open on this server. Null if nothing is held, or if it has just ended. */
  holder: ChangeHolder | null;
}

/** A transaction that has written something and is still open. */
export interface ChangeHolder {
  /** The server process, for `pg_terminate_backend`. Null for a prepared transaction. */
  pid: number | null;
  /** The name of a prepared transaction, for `rollback prepared`. Null for a running one. */
  gid: string | null;
  database: string | null;
  application: string | null;
  /** Such as `idle in transaction`. Null if this role may not see it. */
  state: string | null;
  /** When it began. Null if this role may not see it. */
  since: Date | null;
}

/** A transaction of ours is open for as long as this at most, and usually for milliseconds. */
const HELD_MS = 5_000;

/** The horizon is one for the whole server, so a transaction in another database holds readers back too. */
export async function readChangeFeed(database: Queryable, now: Date): Promise<ChangeFeedReport> {
  const [held] = await database.query<{ at: Date }>(sql`
    select c.proven_at as at from lockstep.changes c where c.xid >= pg_snapshot_xmin(pg_current_snapshot())
    order by c.xid, c.sequence limit 1`);
  if (held === undefined || now.getTime() - held.at.getTime() < HELD_MS) return { heldSince: null, holder: null };
  const [holder] = await database.query<ChangeHolder>(sql`
    select o.pid, o.gid, o.database, o.application, o.state, o.since from (
      select a.pid, null as gid, a.datname::text as database, nullif(a.application_name, '') as application, a.state,
        a.xact_start as since, age(a.backend_xid) as age
      from pg_stat_activity a where a.backend_xid is not null
      union all
      select null, p.gid, p.database::text, null, 'prepared', p.prepared, age(p.transaction) from pg_prepared_xacts p
    ) o order by o.age desc limit 1`);
  return { heldSince: held.at, holder: holder ?? null };
}
