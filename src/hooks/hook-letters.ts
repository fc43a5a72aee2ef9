import type { ObjectKey, Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';

/** A delivery of a hook that kept failing. */
export interface HookLetter extends ObjectKey {
  hook: string;
  /** The event that is delivered; null: a change of the object. */
  event: string | null;
  deadSince: Date;
  madeAt: Date;
  attempts: number;
  reason: string | null;
  dueAt: Date;
  /** How many deliveries of the same hook and object wait behind it. */
  behind: number;
}

export interface HookLetterFilter {
  type?: string | undefined;
  /** An object's id, or an event's. */
  id?: string | undefined;
  /** Exactly as it is stored. */
  reason?: string | undefined;
  hook?: string | undefined;
}

/** How many runs are queued, for the hooks of all processes. */
export interface WaitingHooks {
  /** Queued runs. */
  waiting: number;
  /** Those of them that kept failing. `lockstep dead` shows why. */
  dead: number;
  /** When the oldest queued run was created. Null if none is queued. */
  since: Date | null;
}

export interface HookLetters {
  list(sources: readonly Source[], filter: HookLetterFilter): Promise<HookLetter[]>;
  /**
   * Runs them now, and then those behind them. Their endpoints are enabled; without a filter, every endpoint is. Returns
   * how many.
   */
  retry(sources: readonly Source[], filter: HookLetterFilter, now: Date): Promise<number>;
}

const LISTED_MAX = 1_000;

export function createHookLetters(database: Database): HookLetters {
  return {
    list: (sources, filter) =>
      database.query<HookLetter>(sql`
        select d.hook, d.account, d.livemode, d.type, d.id, d.event, d.dead_since as "deadSince", d.made_at as "madeAt", d.attempts,
          d.reason, d.due_at as "dueAt",
          (select count(*) from lockstep.hook_deliveries b
           where b.hook = d.hook and b.account = d.account and b.livemode = d.livemode and b.type = d.type and b.id = d.id
             and b.gen > d.gen) as behind
        from lockstep.hook_deliveries d where ${chosen(sources, filter)}
        order by d.dead_since, d.gen limit ${LISTED_MAX}`),
    async retry(sources, filter, now) {
      const [row] = await database.query<{ count: number }>(sql`
        with retried as (
          update lockstep.hook_deliveries d set due_at = ${now}::timestamptz, dead_since = null, attempts = 0, reason = null
          where ${chosen(sources, filter)} returning d.hook
        ), enabled as (
          update lockstep.hooks h set disabled_at = null, failing_since = null
          where h.disabled_at is not null and (
            h.endpoint in (select k.endpoint from lockstep.hooks k where k.name in (select r.hook from retried r))
            or ${filter.id === undefined} and ${filter.type ?? null}::text is null)
        )
        select count(*) as count from retried`);
      return row?.count ?? 0;
    },
  };
}

export async function readWaitingHooks(database: Queryable): Promise<WaitingHooks> {
  const [row] = await database.query<WaitingHooks>(sql`
    select count(*) as waiting, count(dead_since) as dead, min(made_at) as since from lockstep.hook_deliveries`);
  return row ?? { waiting: 0, dead: 0, since: null };
}

const chosen = (sources: readonly Source[], { type, id, reason, hook }: HookLetterFilter): Sql => sql`
  d.dead_since is not null
  and exists (select from jsonb_to_recordset(${json(sources)}::jsonb) as r(account text, livemode boolean)
              where r.account = d.account and r.livemode = d.livemode)
  and (${type ?? null}::text is null or d.type = ${type ?? null})
  and (${id ?? null}::text is null or ${id ?? null} in (d.id, d.event))
  and (${reason ?? null}::text is null or d.reason = ${reason ?? null})
  and (${hook ?? null}::text is null or d.hook = ${hook ?? null})`;
