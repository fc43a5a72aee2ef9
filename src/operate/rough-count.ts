import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';

/** How many there are, as far as it is cheap to know. `more`: there are more than `value`, and nobody estimated how many. */
export interface RoughCount {
  value: number;
  precision: 'exact' | 'about' | 'more';
}

export const exactly = (value: number): RoughCount => ({ value, precision: 'exact' });

/** What was counted up to a limit, where the whole is about `estimate`. */
export function amountOf(counted: number, limit: number, estimate: number | null): RoughCount {
  if (counted <= limit) return exactly(counted);
  return estimate !== null && estimate > limit
    ? { value: Math.round(estimate), precision: 'about' }
    : { value: limit, precision: 'more' };
}

/** The amounts together: exact only if each one is. */
export function sumOf(amounts: readonly RoughCount[]): RoughCount {
  const precisions = amounts.map(({ precision }) => precision);
  const precision = precisions.includes('more') ? 'more' : precisions.includes('about') ? 'about' : 'exact';
  return { value: amounts.reduce((sum, { value }) => sum + value, 0), precision };
}

/**
 * Rows of each table as PostgreSQL estimates them, without reading one: from the last `analyze` and the size of the
 * table since, else from what the server counted. Only tables that exist are in the answer; null: there is no estimate.
 */
export async function estimateRows(
  database: Queryable,
  schema: string,
  tables: readonly string[],
): Promise<Map<string, number | null>> {
  const rows = await database.query<{ name: string; rows: number | null }>(sql`
    select c.relname::text as name,
      (case when c.reltuples >= 0 and c.relpages > 0
        then c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::integer)
        else nullif(pg_stat_get_live_tuples(c.oid), 0) end)::double precision as rows
    from jsonb_array_elements_text(${json(tables)}::jsonb) as w(name)
    join pg_namespace n on n.nspname = ${schema}
    join pg_class c on c.relnamespace = n.oid and c.relname = w.name and c.relkind in ('r', 'p')`);
  return new Map(rows.map(({ name, rows: estimate }) => [name, estimate]));
}
