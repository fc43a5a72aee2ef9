import { compareKeys, keyText, type ObjectKey } from '../mirror/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
import type { Hint } from './arrival.js';

/** A mark as it stands after a hint. */
export interface Mark extends ObjectKey {
  gen: number;
  /** A snapshot was shown while a read was under way: nothing more is shown until a proof. */
  suspended: boolean;
  /** Nothing had hinted at the object before. */
  isNew: boolean;
}

/**
 * Marks objects as hinted at: each mark's gen moves, also where it already stands, so that a proof that began before
 * cannot clear it. Locks the marks, in key order, until the transaction ends.
 */
export async function mark(tx: Queryable, hints: readonly Hint[], at: Date): Promise<Mark[]> {
  const distinct = [...new Map(hints.map((hint) => [keyText(hint), hint])).values()].sort(compareKeys);
  return distinct.length === 0 ? [] : tx.query<Mark>(upsertMarks(distinct, at));
}

const upsertMarks = (hints: readonly Hint[], at: Date): Sql => sql`
  insert into lockstep.dirty as d (account, livemode, type, id, parents, hinted_at, due_at)
  select account, livemode, type, id, parents, ${at}::timestamptz, ${at}::timestamptz
  from jsonb_to_recordset(${json(hints)}::jsonb) as r(account text, livemode boolean, type text, id text, parents jsonb)
  on conflict (account, livemode, type, id) do update
  set gen = nextval('lockstep.tick'),     -- drawn under the row's lock: a later hint has a larger gen
      due_at = least(d.due_at, excluded.due_at),
      dead_since = null,
      parents = d.parents || excluded.parents
  returning d.account, d.livemode, d.type, d.id, d.gen, d.suspended, d.xmax = 0 as "isNew"`; // nobody has ever locked or replaced a row just inserted
