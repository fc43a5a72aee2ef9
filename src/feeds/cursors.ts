import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/** How far each feed of a source has read. A position only ever moves forward. */
export interface Cursors {
  position(source: Source, feed: string): Promise<Date | undefined>;
  advance(source: Source, feed: string, position: Date): Promise<void>;
}

export function createCursors(database: Queryable): Cursors {
  return {
    async position({ account, livemode }, feed) {
      const [row] = await database.query<{ position: Date }>(sql`
        select position from lockstep.cursors where account = ${account} and livemode = ${livemode} and feed = ${feed}`);
      return row?.position;
    },
    async advance({ account, livemode }, feed, position) {
      await database.query(sql`
        insert into lockstep.cursors as c (account, livemode, feed, position)
        values (${account}, ${livemode}, ${feed}, ${position}::timestamptz)
        on conflict (account, livemode, feed) do update set position = greatest(c.position, excluded.position)`);
    },
  };
}
