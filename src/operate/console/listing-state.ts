import type { Source } from '../../kernel/source.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import { tableOfType } from '../type-names.js';

/** How far the backfill of a type is, and how its last comparison ended. */
export interface ListedType extends Source {
  type: string;
  table: string;
  backfill: { listed: number; inserted: number; startedAt: Date; finishedAt: Date | null; note: string | null } | null;
  sweep: { startedAt: Date; finishedAt: Date | null; listed: number; differences: number; note: string | null } | null;
}

/** Of every type that was ever listed. The table of backfills has a row for each type, and of sweeps the latest is read. */
export async function readListedTypes(database: Queryable): Promise<ListedType[]> {
  const rows = await database.query<Omit<ListedType, 'table'>>(sql`
    select k.account, k.livemode, k.type,
      case when b.type is not null then jsonb_build_object('listed', b.listed, 'inserted', b.inserted,
        'startedAt', b.started_at, 'finishedAt', b.finished_at, 'note', b.note) end as backfill,
      case when s.started_at is not null then jsonb_build_object('listed', s.listed, 'differences', s.differences,
        'startedAt', s.started_at, 'finishedAt', s.finished_at, 'note', s.note) end as sweep
    from (
      select account, livemode, type from lockstep.backfills
      union select distinct account, livemode, type from lockstep.sweeps where scope = 'all'
    ) k
    left join lockstep.backfills b on b.account = k.account and b.livemode = k.livemode and b.type = k.type
    left join lateral (
      select s.started_at, s.finished_at, s.listed, s.missing + s.extra + s.different as differences, s.note
      from lockstep.sweeps s
      where s.account = k.account and s.livemode = k.livemode and s.type = k.type and s.scope = 'all'
      order by s.started_at desc limit 1
    ) s on true
    order by k.account, k.type`);
  return rows.map((row) => ({ ...row, table: tableOfType(row.type) }));
}
