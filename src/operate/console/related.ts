import { columnsNaming } from '../../catalog/catalog.js';
import { typeOfId } from '../../catalog/id-prefix.js';
import type { ObjectKey } from '../../kernel/source.js';
import type { Queryable } from '../../store/database.js';
import { name, sql, type Sql } from '../../store/sql.js';
import { estimateRows } from '../rough-count.js';

/** An object that names another one, such as a subscription its customer. */
export interface RelatedObject extends ObjectKey {
  table: string;
  /** The field that names it. */
  field: string;
  /** Stripe's field `status`; null: the type has none. */
  status: string | null;
  isDeleted: boolean;
  createdAt: Date | null;
  asOf: Date;
  provenAt: Date | null;
  isMarked: boolean;
}

/** Of each type, at most. */
const EACH_MAX = 50;

/** The objects that name this one, by type, the latest first. Each table is read by the index over its reference. */
export async function readRelated(database: Queryable, schema: string, id: string): Promise<RelatedObject[]> {
  return union(await columnsOf(database, schema, id), (column) => related(schema, column, id), database);
}

/** Their ids alone. */
export async function relatedIds(database: Queryable, schema: string, id: string): Promise<string[]> {
  const rows = await union<{ id: string }>(
    await columnsOf(database, schema, id),
    ({ table, column }) => sql`
      (select t.id from ${name(schema, table)} t where t.${name(column)} = ${id} limit ${EACH_MAX * 10})`,
    database,
  );
  return [...new Set(rows.map((row) => row.id))];
}

type NamingColumn = ReturnType<typeof columnsNaming>[number];

async function columnsOf(database: Queryable, schema: string, id: string): Promise<NamingColumn[]> {
  const type = typeOfId(id);
  const columns = type === undefined ? [] : columnsNaming(type);
  const there = await estimateRows(
    database,
    schema,
    columns.map(({ table }) => table),
  );
  return columns.filter(({ table }) => there.has(table));
}

async function union<Row>(
  columns: readonly NamingColumn[],
  part: (column: NamingColumn) => Sql,
  database: Queryable,
): Promise<Row[]> {
  const [first, ...others] = columns.map(part);
  if (first === undefined) return [];
  return database.query<Row>(others.reduce((text, one) => sql`${text} union all ${one}`, first));
}

const related = (schema: string, { type, table, column }: NamingColumn, id: string): Sql => sql`
  (select t.account, t.livemode, ${type}::text as type, ${table}::text as table, ${column}::text as field, t.id,
    t.data ->> 'status' as status, t.deleted as "isDeleted",
    case when jsonb_typeof(t.data -> 'created') = 'number' then to_timestamp((t.data ->> 'created')::double precision) end as "createdAt",
    t.as_of as "asOf", t.proven_at as "provenAt",
    exists (select from lockstep.dirty d where d.account = t.account and d.livemode = t.livemode and d.type = ${type}
      and d.id = t.id) as "isMarked"
  from ${name(schema, table)} t where t.${name(column)} = ${id} order by t.as_of desc limit ${EACH_MAX})`;
