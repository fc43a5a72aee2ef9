import { objects } from '../catalog/objects.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { name, sql, type Sql } from '../store/sql.js';
import { amountOf, estimateRows, type RoughCount } from './rough-count.js';

/** Rows of one mirror table for one source. Tombstones are not counted while the count is exact. */
export interface RowCount extends Source {
  type: string;
  table: string;
  rows: RoughCount;
}

/** So many rows of a table are looked at. A row of the mirror has its object in it, so reading more costs a second. */
const COUNTED_MAX = 2_000;

/** Counts the rows of every mirror table, the large ones by estimate. Empty tables are left out. */
export async function countRows(database: Queryable, schema: string, sources: readonly Source[]): Promise<RowCount[]> {
  const estimates = await estimateRows(database, schema, [...tables.keys()]);
  const counts = [...estimates.keys()].map((table) => countOne(schema, table));
  const [first, ...others] = counts;
  if (first === undefined || sources.length === 0) return [];
  const all = others.reduce((text, one) => sql`${text} union all ${one}`, first);
  const rows = await database.query<Counted>(sql`
    with r as materialized (
      select account, livemode from jsonb_to_recordset(${json(sources)}::jsonb) as s(account text, livemode boolean)
    ) ${all}`);
  const found = rows.filter(({ seen }) => seen > 0);
  return found.map((one) => ({
    account: one.account,
    livemode: one.livemode,
    type: tables.get(one.table) ?? one.table,
    table: one.table,
    rows: amountIn(one, found, estimates.get(one.table) ?? null),
  }));
}

const tables: ReadonlyMap<string, string> = new Map(
  objects.flatMap(({ object, table }) => (table === null ? [] : [[table, object]])),
);

interface Counted extends Source {
  table: string;
  seen: number;
  live: number;
}

// By the front of the primary key, so that no table is read from its start.
const countOne = (schema: string, table: string): Sql => sql`
  select ${table}::text as table, r.account, r.livemode, c.seen, c.live
  from r cross join lateral (
    select count(*) as seen, count(*) filter (where not x.deleted) as live from (
      select t.deleted from ${name(schema, table)} t
      where t.account = r.account and t.livemode = r.livemode limit ${COUNTED_MAX + 1}
    ) x
  ) c`;

/** The estimate is of the whole table, so it is this source's only if no other one was too large to count. */
function amountIn(one: Counted, all: readonly Counted[], estimate: number | null): RoughCount {
  if (one.seen <= COUNTED_MAX) return amountOf(one.live, COUNTED_MAX, null);
  const others = all.filter((other) => other !== one && other.table === one.table);
  const isAlone = others.every(({ seen }) => seen <= COUNTED_MAX);
  const rest = others.reduce((sum, { live }) => sum + live, 0);
  return amountOf(one.seen, COUNTED_MAX, isAlone && estimate !== null ? estimate - rest : null);
}
