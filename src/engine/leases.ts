import { randomUUID } from 'node:crypto';
import type { Clock } from '../kernel/clock.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/** Work that one process does for all processes of a database: sweeps, and the reading of Stripe's list of events. */
export type Duty = 'sweep' | 'poll';

/**
 * Which process has a duty. If its process is killed, another gets it within half a minute. Two processes may both
 * believe for a moment that they have it; sweeps and reads of events may be done twice.
 */
export interface Leases {
  /** Whether this process has the duty, or gets it now. False while the database is away. */
  has(duty: Duty): Promise<boolean>;
  /** Keeps what this process has. Called every few seconds. */
  renew(): Promise<void>;
  /** Gives everything back, so that another process need not wait. */
  end(): Promise<void>;
}

const LEASE_S = 30;
/** After this time without a renewal, the database is asked again. */
const BELIEVED_MS = 15_000;

export function createLeases(database: Queryable, clock: Clock): Leases {
  const owner = randomUUID();
  const renewedAt = new Map<Duty, number>();
  // The database's own clock, because the clocks of machines differ.
  const until = sql`clock_timestamp() + make_interval(secs => ${LEASE_S})`;
  return {
    async has(duty) {
      const now = clock.now().getTime();
      if (Math.abs(now - (renewedAt.get(duty) ?? -Infinity)) < BELIEVED_MS) return true;
      const taken = await database
        .query(
          sql`
            insert into lockstep.leases as l (duty, owner, until) values (${duty}, ${owner}::uuid, ${until})
            on conflict (duty) do update set owner = excluded.owner, until = excluded.until
            where l.owner = excluded.owner or l.until < clock_timestamp() returning 1`,
        )
        .catch(() => []);
      if (taken.length > 0) renewedAt.set(duty, now);
      else renewedAt.delete(duty);
      return taken.length > 0;
    },
    async renew() {
      if (renewedAt.size === 0) return;
      const now = clock.now().getTime();
      const kept = await database.query<{ duty: Duty }>(sql`
        update lockstep.leases set until = ${until} where owner = ${owner}::uuid returning duty`);
      renewedAt.clear();
      for (const { duty } of kept) renewedAt.set(duty, now);
    },
    async end() {
      renewedAt.clear();
      await database.query(sql`delete from lockstep.leases where owner = ${owner}::uuid`);
    },
  };
}
