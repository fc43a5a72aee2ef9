import type { Database, Queryable } from './database.js';
import { planFreely } from './session-settings.js';
import { json } from './json.js';
import { sql } from './sql.js';

/**
 * What the schema `lockstep` and the mirror's schema contain, in PostgreSQL's own words. Everything here is either a
 * name or the SQL that creates the object. It is read from PostgreSQL's catalog, which every role may read.
 */
export interface LiveSchema {
  functions: readonly { name: string; definition: string }[];
  sequences: readonly SequenceState[];
  tables: readonly TableState[];
  /** In the order of their creation, so that each one uses only those before it. */
  views: readonly ViewState[];
}

export interface SequenceState {
  name: string;
  /** `as bigint increment by 1 …` */
  definition: string;
}

export interface TableState {
  /** `schema.table`, quoted if needed. */
  name: string;
  /** For a partitioned table, its key: `RANGE (created)`. */
  partitionedBy: string | null;
  /** For a partition, the table that it belongs to, and the bounds of its rows. */
  partition: { of: string; bounds: string } | null;
  /** Whether its rows survive a crash of the server. */
  logged: boolean;
  columns: readonly ColumnState[];
  constraints: readonly { name: string; kind: string; definition: string }[];
  /** The indexes that do not belong to a constraint. */
  indexes: readonly { name: string; unique: boolean; valid: boolean; definition: string }[];
}

export interface ColumnState {
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  generated: string | null;
}

export interface ViewState {
  name: string;
  columns: readonly { name: string; type: string }[];
  definition: string;
}

/** The name of the mirror's schema in `expected-schema.json`. */
export const MIRROR_STANDIN = 'lockstep_mirror_standin';

export function readLiveSchema(database: Database, mirrorSchema: string): Promise<LiveSchema> {
  return database.transaction((tx) => readWithin(tx, mirrorSchema));
}

/** Reads the live schema. It changes the search path of the transaction. */
export async function readWithin(tx: Queryable, mirrorSchema: string): Promise<LiveSchema> {
  await tx.script(planFreely);
  // PostgreSQL leaves the schema out of a name if the search path finds it.
  await tx.script('set local search_path = pg_catalog');
  const within = sql`(select jsonb_array_elements_text(${json(['lockstep', mirrorSchema])}::jsonb))`;
  const [row] = await tx.query<{ state: LiveSchema }>(sql`
    with ours as materialized (
      select c.oid, c.relname, c.relkind, c.relpersistence, c.relispartition, c.relpartbound, c.oid::regclass::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ${within} and c.relkind in ('r', 'p', 'v')
        and not (n.nspname = 'lockstep' and c.relispartition and c.relname not in ('inbox_default', 'changes_default'))
    ), triggered as materialized (
      -- src/catalog/schema-functions.ts: a column of a table that was large when the column was added
      select t.tgrelid, substr(split_part(p.prosrc, e'\n', 2), 4) as name, substr(split_part(p.prosrc, e'\n', 3), 4) as expression
      from ours o join pg_trigger t on t.tgrelid = o.oid and t.tgenabled in ('O', 'A') join pg_proc p on p.oid = t.tgfoid
      where starts_with(t.tgname, 'lockstep_computes_') and t.tgname = 'lockstep_' || p.proname
    ), columns as materialized (
      select a.attrelid, jsonb_agg(jsonb_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
        'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
        'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) else t.expression end)
        order by a.attnum) as list
      from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      left join triggered t on t.tgrelid = a.attrelid and t.name = a.attname
      group by a.attrelid
    ), constraints as materialized (
      select k.conrelid, jsonb_agg(jsonb_build_object('name', k.conname, 'kind', k.contype, 'definition', pg_get_constraintdef(k.oid))
        order by k.contype <> 'p', k.conname) as list
      from ours o join pg_constraint k on k.conrelid = o.oid and k.contype in ('p', 'u', 'c', 'f', 'x') group by k.conrelid
    ), indexes as materialized (
      select x.indrelid, jsonb_agg(jsonb_build_object('name', i.relname, 'unique', x.indisunique, 'valid', x.indisvalid,
        'definition', regexp_replace(pg_get_indexdef(x.indexrelid), '^.*? USING ', 'using ')) order by i.relname) as list
      from ours o join pg_index x on x.indrelid = o.oid join pg_class i on i.oid = x.indexrelid
      where not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = x.indrelid)
      group by x.indrelid
    )
    select jsonb_build_object(
      'functions', (select coalesce(jsonb_agg(jsonb_build_object('name', p.oid::regprocedure::text, 'definition', pg_get_functiondef(p.oid)) order by p.oid), '[]')
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'lockstep' and p.prokind in ('f', 'p')),
      'sequences', (select coalesce(jsonb_agg(jsonb_build_object('name', s.seqrelid::regclass::text, 'definition', format(
          'as %s increment by %s minvalue %s maxvalue %s cache %s %s', format_type(s.seqtypid, null), s.seqincrement, s.seqmin, s.seqmax,
          s.seqcache, case when s.seqcycle then 'cycle' else 'no cycle' end)) order by s.seqrelid), '[]')
        from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lockstep'),
      'tables', (select coalesce(jsonb_agg(jsonb_build_object('name', o.name,
          'partitionedBy', case when o.relkind = 'p' then pg_get_partkeydef(o.oid) end,
          'partition', case when o.relispartition then (
            select jsonb_build_object('of', i.inhparent::regclass::text, 'bounds', pg_get_expr(o.relpartbound, o.oid)) from pg_inherits i where i.inhrelid = o.oid) end,
          'logged', o.relpersistence = 'p', 'columns', coalesce(c.list, '[]'), 'constraints', coalesce(k.list, '[]'), 'indexes', coalesce(x.list, '[]')) order by o.oid), '[]')
        from ours o left join columns c on c.attrelid = o.oid left join constraints k on k.conrelid = o.oid
        left join indexes x on x.indrelid = o.oid where o.relkind in ('r', 'p')),
      'views', (select coalesce(jsonb_agg(jsonb_build_object('name', o.name, 'definition', pg_get_viewdef(o.oid),
          'columns', (select jsonb_agg(e - '{notNull,default,generated}'::text[]) from jsonb_array_elements(c.list) e)) order by o.oid), '[]')
        from ours o join columns c on c.attrelid = o.oid where o.relkind = 'v')
    ) as state`);
  return (row as { state: LiveSchema }).state;
}
