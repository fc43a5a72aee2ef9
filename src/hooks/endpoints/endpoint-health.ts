import type { Database, Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';

/** An endpoint that is disabled: what changes is kept for it, and not sent. */
export interface DisabledEndpoint {
  name: string;
  /** Since when every message failed. */
  failingSince: Date;
  disabledAt: Date;
}

/** Since when endpoints fail, for all processes. */
export interface EndpointHealth {
  worked(name: string): Promise<void>;
  /** Returns whether this disabled the endpoint: no message was taken for days. */
  failed(name: string, now: Date): Promise<boolean>;
}

/** Longer than a weekend. */
const DISABLED_AFTER_MS = 4 * 24 * 60 * 60_000;

export function createEndpointHealth(database: Database): EndpointHealth {
  return {
    async worked(name) {
      await database.query(sql`
        update lockstep.hooks set failing_since = null where endpoint = ${name} and failing_since is not null`);
    },
    async failed(name, now) {
      const before = new Date(now.getTime() - DISABLED_AFTER_MS);
      const rows = await database.query(sql`
        with disabled as (
          update lockstep.hooks set disabled_at = ${now}::timestamptz
          where endpoint = ${name} and disabled_at is null and failing_since < ${before}::timestamptz
          returning name
        ), failing as (
          update lockstep.hooks set failing_since = ${now}::timestamptz
          where endpoint = ${name} and failing_since is null
        )
        select from disabled`);
      return rows.length > 0;
    },
  };
}

export function readDisabledEndpoints(database: Queryable): Promise<DisabledEndpoint[]> {
  return database.query<DisabledEndpoint>(sql`
    select endpoint as name, min(failing_since) as "failingSince", min(disabled_at) as "disabledAt"
    from lockstep.hooks where disabled_at is not null group by endpoint order by endpoint`);
}
