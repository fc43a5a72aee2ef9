import type { Queryable } from '../../src/store/database.js';
import { sql } from '../../src/store/sql.js';
import { eventually } from './eventually.js';

/** Waits until readers of the change feed see all that is written: a transaction of another test, on the same server, holds them back. */
export async function changesAreReadable(database: Queryable): Promise<void> {
  const isReadable = async (): Promise<boolean> => {
    const held = await database.query(
      sql`select from lockstep.changes where xid >= pg_snapshot_xmin(pg_current_snapshot())`,
    );
    return held.length === 0;
  };
  await eventually(isReadable, 'the changes can be read');
}
