import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Database, Queryable } from './database.js';
import { stateOf } from './failure.js';
import { sql } from './sql.js';

export interface ShortLockDeps {
  database: Database;
  clock: Clock;
  log: Log;
}

/**
 * How long a migration waits for one table. PostgreSQL lets nobody pass a waiting `alter table`: while it waits for a long
 * reader, everything else that uses the table waits behind it, events too.
 */
const LOCK_MS = 300;
const PAUSE_MS = 500;
const TRY_FOR_MS = 10 * 60_000;
const TELL_EVERY_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs `work` in one transaction that waits for each lock only for a moment. If a lock is not to be had, the
 * transaction releases everything, and begins again after a pause. `first` runs before, with the usual patience.
 * @throws timed_out after ten minutes; the message names the sessions that hold the tables
 */
export async function inShortLocks<T>(
  { database, clock, log }: ShortLockDeps,
  first: (tx: Queryable) => Promise<unknown>,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  const until = clock.now().getTime() + TRY_FOR_MS;
  let toldAt = -Infinity;
  for (;;) {
    const begun = clock.now().getTime();
    try {
      return await database.transaction(async (tx) => {
        await first(tx);
        await tx.script(`set local lock_timeout = '${LOCK_MS}'`);
        return work(tx);
      });
    } catch (error) {
      if (stateOf(error instanceof LockstepError ? error.cause : error) !== LOCK_NOT_AVAILABLE) throw error;
      const now = clock.now().getTime();
      const holders = await readHolders(database, now - begun);
      if (now >= until) throw tooLong(holders, error);
      if (now - toldAt >= TELL_EVERY_MS) {
        log.warn({ event: 'schema.waits', for: holders });
        toldAt = now;
      }
      await clock.sleep(PAUSE_MS);
    }
  }
}

/**
 * The sessions that lock a table in a transaction which began before this attempt, the oldest first. A later one only
 * waited behind it. `4711 (psql)`
 */
async function readHolders(database: Database, attemptMs: number): Promise<string[]> {
  const rows = await database.query<{ session: string }>(sql`
    select a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '') as session
    from pg_stat_activity a
    where a.datname = current_database() and a.pid <> pg_backend_pid() and a.state is distinct from 'idle'
      and coalesce(a.xact_start < clock_timestamp() - ${attemptMs}::int * interval '1 ms', true)
      and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'relation' and l.granted and l.database = a.datid)
    order by a.xact_start nulls last limit 3`);
  return rows.map(({ session }) => session);
}

function tooLong(holders: readonly string[], cause: unknown): LockstepError {
  const who = holders.length === 0 ? 'another session' : `session ${holders.join(', ')}`;
  return new LockstepError('timed_out', `The tables could not be locked for the migration: ${who} uses them`, {
    hint: 'wait until its transaction has ended, or end it with pg_terminate_backend, then run lockstep migrate again',
    facts: { holders },
    cause,
  });
}
