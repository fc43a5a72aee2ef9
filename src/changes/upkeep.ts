import type { Database, Queryable } from '../store/database.js';
import { name, sql } from '../store/sql.js';
import { dropPartition, makePartitions, mayMakePartitions, partitionsBefore } from '../store/weekly-partitions.js';
import { createChanges } from './changes.js';

export interface ChangeUpkeepConfig {
  /** How long changes are kept. */
  readonly changeDays: number;
}

export interface ChangeUpkeep {
  /** Makes the partitions to come, refuses cursors that are too old, and deletes the rows that no cursor may read. */
  upkeep(this: void, now: Date): Promise<{ made: string[]; dropped: string[] }>;
}

const table = { table: 'changes', time: 'proven_at' };
const DAY_MS = 24 * 60 * 60_000;
/**
 * How long after its cursors were refused a row is deleted. A reader's snapshot may be older than a deletion that it
 * meets; it is never so old that it does not show that its cursor is refused.
 */
const SNAPSHOT_MS = 15 * 60_000;
/** Longer than that, so that the time comes, however many processes do this. */
const EXPIRE_EVERY_MS = 45 * 60_000;
const DELETE_AT_ONCE = 10_000;

export function createChangeUpkeep(database: Database, { changeDays }: ChangeUpkeepConfig): ChangeUpkeep {
  const changes = createChanges(database);
  return {
    async upkeep(now) {
      await changes.begin();
      const mayMake = await mayMakePartitions(database, table);
      const made = mayMake ? await makePartitions(database, table, now) : [];
      const before = new Date(now.getTime() - changeDays * DAY_MS);
      await database.query(sql`select lockstep.note_change_weeks(${before}::timestamptz)`);
      const expiredMs = await sinceExpiry(database, now);
      const dropped = expiredMs >= SNAPSHOT_MS ? await deleteExpired(database, before, mayMake) : [];
      if (expiredMs >= EXPIRE_EVERY_MS) {
        await database.query(sql`select lockstep.expire_changes(${before}::timestamptz, ${now}::timestamptz)`);
      }
      return { made, dropped };
    },
  };
}

async function sinceExpiry(database: Queryable, now: Date): Promise<number> {
  const [row] = await database.query<{ at: Date | null }>(sql`select expired_at as at from lockstep.change_feed`);
  return row?.at == null ? Infinity : Math.abs(now.getTime() - row.at.getTime());
}

/** Returns the partitions that were dropped. A partition with a row that may still be read is never among them. */
async function deleteExpired(database: Database, before: Date, mayDrop: boolean): Promise<string[]> {
  const dropped: string[] = [];
  for (const partition of mayDrop ? await partitionsBefore(database, table, before) : []) {
    if (await dropUnlessRead(database, partition)) dropped.push(partition);
  }
  for (;;) {
    const rows = await database.query(sql`
      delete from lockstep.changes c using (
        select c.tableoid as partition, c.ctid as place from lockstep.change_feed f
        join lockstep.changes c on (c.xid, c.sequence) <= (f.expired_xid, f.expired_sequence)
        order by c.xid, c.sequence limit ${DELETE_AT_ONCE}
      ) old where c.tableoid = old.partition and c.ctid = old.place returning 1`);
    if (rows.length < DELETE_AT_ONCE) return dropped;
  }
}

/** False: a reader expects the partition, or it has rows that may still be read, by a clock that was behind. */
function dropUnlessRead(database: Database, partition: string): Promise<boolean> {
  return database.transaction(async (tx) => {
    const rows = name('lockstep', partition);
    await tx.query(sql`lock table ${rows} in access exclusive mode`);
    const [kept] = await tx.query(sql`
      select from lockstep.change_feed f where ${partition} = any (f.weeks)
        or exists (select from ${rows} c where (c.xid, c.sequence) > (f.expired_xid, f.expired_sequence))`);
    if (kept === undefined) await dropPartition(tx, partition);
    return kept === undefined;
  });
}
