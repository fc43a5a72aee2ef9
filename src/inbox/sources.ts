import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';

/** A source, and the account whose key reaches it: its own, or the platform that it is connected to. */
export interface Reached extends Source {
  platform: string;
}

/** Which accounts this database mirrors. */
export interface Sources {
  /** Adds connected accounts at their first verified event. Returns those that were new. */
  bind(tx: Queryable, reached: readonly Reached[]): Promise<Reached[]>;
  /** Every source that the keys of these homes reach, the homes themselves first. */
  reachedFrom(database: Queryable, homes: readonly Source[]): Promise<Reached[]>;
}

export const sources: Sources = {
  bind: (tx, reached) =>
    tx.query<Reached>(sql`
      insert into lockstep.sources (account, livemode, platform, bound_by)
      select account, livemode, platform, 'event'
      from jsonb_to_recordset(${json(reached)}::jsonb) as r(account text, livemode boolean, platform text)
      on conflict do nothing
      returning account, livemode, platform`),
  reachedFrom: (database, homes) =>
    database.query<Reached>(sql`
      select s.account, s.livemode, s.platform from lockstep.sources s
      join jsonb_to_recordset(${json(homes)}::jsonb) as h(account text, livemode boolean)
        on s.platform = h.account and s.livemode = h.livemode
      order by s.account <> s.platform, s.bound_at, s.account`),
};
