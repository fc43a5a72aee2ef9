import type { Clock } from '../../kernel/clock.js';
import { messageOf } from '../../kernel/error.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import type { Operator } from './sessions.js';

/** Something that somebody did from the console. */
export interface AuditEntry {
  number: number;
  at: Date;
  who: string;
  action: string;
  /** Such as the id of an object; '' for what is about no single thing. */
  target: string;
  note: string | null;
  /** null: it is under way, or its process ended before it was done. */
  outcome: string | null;
  failed: boolean;
}

export interface Deed {
  action: string;
  target: string;
  note?: string | undefined;
}

export interface AuditFilter {
  target?: string | undefined;
  who?: string | undefined;
  /** Entries before this number: the next page. */
  before?: number | undefined;
  limit: number;
}

export interface Audit {
  /** Does it, and writes who did it: before it is done, so that nothing is done without an entry. */
  doing<T>(who: Pick<Operator, 'name' | 'token'>, deed: Deed, work: () => Promise<Done<T>>): Promise<T>;
  list(filter: AuditFilter): Promise<AuditEntry[]>;
  prune(): Promise<void>;
}

/** The result, and what the entry says about it. */
export interface Done<T> {
  result: T;
  outcome: string;
}

const KEPT_MS = 400 * 24 * 60 * 60_000;
const OUTCOME_MAX = 300;

export function createAudit(database: Queryable, clock: Clock): Audit {
  const finish = async (number: number | undefined, outcome: string, failed: boolean): Promise<void> => {
    await database.query(sql`
      update lockstep.audit set outcome = ${outcome.slice(0, OUTCOME_MAX)}, failed = ${failed} where number = ${number}`);
  };
  return {
    async doing({ name, token }, { action, target, note }, work) {
      const [entry] = await database.query<{ number: number }>(sql`
        insert into lockstep.audit (at, who, token, action, target, note)
        values (${clock.now()}::timestamptz, ${name}, ${token}, ${action}, ${target}, ${note ?? null}) returning number`);
      try {
        const { result, outcome } = await work();
        await finish(entry?.number, outcome, false);
        return result;
      } catch (error) {
        await finish(entry?.number, messageOf(error), true);
        throw error;
      }
    },
    list: ({ target, who, before, limit }) =>
      database.query<AuditEntry>(sql`
        select number, at, who, action, target, note, outcome, failed from lockstep.audit
        where (${target ?? null}::text is null or target = ${target ?? null})
          and (${who ?? null}::text is null or who = ${who ?? null})
          and (${before ?? null}::bigint is null or number < ${before ?? null}::bigint)
        order by number desc limit ${limit}`),
    async prune() {
      await database.query(
        sql`delete from lockstep.audit where at < ${new Date(clock.now().getTime() - KEPT_MS)}::timestamptz`,
      );
    },
  };
}
