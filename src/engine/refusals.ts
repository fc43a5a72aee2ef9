import type { RefusedDelivery } from '../feeds/refusal.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';

/** The latest refused deliveries: noted in memory, and written with the signs, a bounded number of them. */
export interface Refusals {
  note(refusal: RefusedDelivery): void;
  /** Writes what is new, and deletes all but the latest. */
  write(database: Queryable): Promise<void>;
}

/** How many are kept of those that came between two writes, and in all. Anybody can send them. */
const NEW_MAX = 100;
export const REFUSALS_KEPT = 1_000;

export function createRefusals(): Refusals {
  let unwritten: RefusedDelivery[] = [];
  return {
    note(refusal) {
      unwritten.push(refusal);
      if (unwritten.length > NEW_MAX) unwritten.shift();
    },
    async write(database) {
      if (unwritten.length === 0) return;
      const news = unwritten;
      unwritten = [];
      try {
        await database.query(insert(news));
        await database.query(deleteOld);
      } catch (error) {
        unwritten = [...news, ...unwritten].slice(-NEW_MAX);
        throw error;
      }
    },
  };
}

const insert = (news: readonly RefusedDelivery[]) => sql`
  insert into lockstep.refusals (at, reason, event_id, object_id)
  select at, reason, "eventId", "objectId"
  from jsonb_to_recordset(${json(news)}::jsonb) as r(at timestamptz, reason text, "eventId" text, "objectId" text)`;

const deleteOld = sql`
  delete from lockstep.refusals
  where number <= (select max(number) from lockstep.refusals) - ${REFUSALS_KEPT} or at < now() - interval '45 days'`;
