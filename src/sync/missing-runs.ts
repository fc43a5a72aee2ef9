import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/** How many unexplained 404s of a source came in a row, whichever process read them. */
export interface MissingRuns {
  /** Counts one more, in a transaction of its own. Returns how many there are now. */
  lengthen(source: Source): Promise<number>;
  /** Begins at zero again. */
  end(source: Source): Promise<void>;
}

export function createMissingRuns(database: Queryable): MissingRuns {
  return {
    async lengthen({ account, livemode }) {
      const [run] = await database.query<{ length: number }>(sql`
        insert into lockstep.missing_runs as run (account, livemode, length) values (${account}, ${livemode}, 1)
        on conflict (account, livemode) do update set length = run.length + 1
        returning length`);
      return run?.length ?? 1;
    },
    async end({ account, livemode }) {
      await database.query(sql`
        update lockstep.missing_runs set length = 0 where account = ${account} and livemode = ${livemode}`);
    },
  };
}
