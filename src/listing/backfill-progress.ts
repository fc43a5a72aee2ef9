import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import type { Position } from './walk.js';

export interface BackfillState {
  /** Where it continues; null: at the beginning. */
  position: Position | null;
  listed: number;
  inserted: number;
}

/** How far the backfill of each type has come. */
export interface StoredBackfills {
  /** The state of an interrupted backfill, or the beginning if there is none or it is finished. */
  open(source: Source, type: string, at: Date): Promise<BackfillState>;
  advance(source: Source, type: string, state: BackfillState): Promise<void>;
  finish(source: Source, type: string, at: Date, note: string | null): Promise<void>;
}

export function createStoredBackfills(database: Queryable): StoredBackfills {
  return {
    async open({ account, livemode }, type, at) {
      const [row] = await database.query<BackfillState>(sql`
        insert into lockstep.backfills as b (account, livemode, type, started_at)
        values (${account}, ${livemode}, ${type}, ${at}::timestamptz)
        on conflict (account, livemode, type) do update
        set position = case when b.finished_at is null then b.position end,
            listed = case when b.finished_at is null then b.listed else 0 end,
            inserted = case when b.finished_at is null then b.inserted else 0 end,
            started_at = case when b.finished_at is null then b.started_at else excluded.started_at end,
            finished_at = null, note = null
        returning position, listed, inserted`);
      return row ?? { position: null, listed: 0, inserted: 0 };
    },
    async advance({ account, livemode }, type, { position, listed, inserted }) {
      await database.query(sql`
        update lockstep.backfills set position = ${json(position)}::jsonb, listed = ${listed}, inserted = ${inserted}
        where account = ${account} and livemode = ${livemode} and type = ${type}`);
    },
    async finish({ account, livemode }, type, at, note) {
      await database.query(sql`
        update lockstep.backfills set finished_at = ${at}::timestamptz, note = ${note}
        where account = ${account} and livemode = ${livemode} and type = ${type}`);
    },
  };
}
