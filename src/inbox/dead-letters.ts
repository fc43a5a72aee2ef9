import type { ObjectKey, Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';

/** An object that could not be proven, and why. */
export interface DeadLetter extends ObjectKey {
  deadSince: Date;
  hintedAt: Date;
  attempts: number;
  reason: string | null;
  dueAt: Date;
}

export interface DeadLetterDetail extends DeadLetter {
  parents: Record<string, string>;
  /** The latest events about it. */
  events: { id: string; type: string; created: Date }[];
}

/** Which dead letters: all, those of a type or with a reason, or one object. */
export interface DeadLetterFilter {
  /** Exactly as it is stored. */
  reason?: string | undefined;
  type?: string | undefined;
  id?: string | undefined;
}

export interface DeadLetters {
  list(sources: readonly Source[], filter: DeadLetterFilter): Promise<DeadLetter[]>;
  show(sources: readonly Source[], filter: DeadLetterFilter): Promise<DeadLetterDetail[]>;
  /** Makes them due now. Returns how many. */
  retry(sources: readonly Source[], filter: DeadLetterFilter, now: Date): Promise<number>;
}

const LISTED_MAX = 1_000;
const EVENTS_MAX = 10;

export function createDeadLetters(database: Database): DeadLetters {
  const list: DeadLetters['list'] = (sources, filter) =>
    database.query<DeadLetter>(sql`
      select d.account, d.livemode, d.type, d.id, d.dead_since as "deadSince", d.hinted_at as "hintedAt", d.attempts, d.reason,
        d.due_at as "dueAt"
      from lockstep.dirty d where ${chosen(sources, filter)} order by d.dead_since, d.type, d.id limit ${LISTED_MAX}`);
  return {
    list,
    async show(sources, filter) {
      const letters = await list(sources, filter);
      return Promise.all(
        letters.map(async (letter) => {
          const [mark] = await database.query<{ parents: Record<string, string> }>(sql`
            select parents from lockstep.dirty
            where account = ${letter.account} and livemode = ${letter.livemode} and type = ${letter.type} and id = ${letter.id}`);
          const events = await database.query<{ id: string; type: string; created: Date }>(sql`
            select id, type, created from lockstep.inbox
            where object_type = ${letter.type} and object_id = ${letter.id} and account = ${letter.account}
            order by created desc limit ${EVENTS_MAX}`);
          return { ...letter, parents: mark?.parents ?? {}, events };
        }),
      );
    },
    async retry(sources, filter, now) {
      const rows = await database.query(sql`
        update lockstep.dirty d set due_at = ${now}::timestamptz, dead_since = null, attempts = 0, reason = null
        where ${chosen(sources, filter)} returning 1`);
      return rows.length;
    },
  };
}

const chosen = (sources: readonly Source[], { type, id, reason }: DeadLetterFilter): Sql => sql`
  d.dead_since is not null
  and exists (select from jsonb_to_recordset(${json(sources)}::jsonb) as r(account text, livemode boolean)
              where r.account = d.account and r.livemode = d.livemode)
  and (${type ?? null}::text is null or d.type = ${type ?? null}) and (${id ?? null}::text is null or d.id = ${id ?? null})
  and (${reason ?? null}::text is null or d.reason = ${reason ?? null})`;
