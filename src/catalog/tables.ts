import { createHash } from 'node:crypto';
import { ownedObjects } from './catalog.js';
import { columnParts, columnSql, quoteName, quoteText } from './column-sql.js';
import { mirrorFunctions } from './functions.js';
import type { CatalogObject } from './object.js';
import { objects } from './objects.js';
import { schemaFunctions } from './schema-functions.js';

/**
 * One SQL script that creates every mirror table in `schema`. That schema and `lockstep` must exist. It can run again
 * at any time, and it only adds tables and columns. What a later catalog no longer has stays.
 */
export function mirrorTables(schema: string): string {
  const tables = objects.flatMap((object) => (object.table === null ? [] : tableSql(schema, object, object.table)));
  return `${mirrorFunctions}${schemaFunctions}\n${tables.join('\n')}\n${compression(schema)}`;
}

/**
 * Sets the compression of new rows to lz4. Rows of 3 kB take a quarter less time and a tenth more space (decision
 * 0032). A PostgreSQL that was built without lz4 keeps its default.
 */
function compression(schema: string): string {
  const names = objects.flatMap(({ table }) => (table === null ? [] : [quoteText(table)]));
  return `
do $$
declare
  one record;
begin
  for one in
    select c.relname as name, string_agg(format('alter column %I set compression lz4', a.attname), ', ') as changes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where n.nspname = ${quoteText(schema)} and c.relkind = 'r' and a.atttypid = 'jsonb'::regtype and a.attnum > 0
      and not a.attisdropped and a.attcompression <> 'l'
      and c.relname = any (array[${names.join(', ')}])
    group by c.relname order by c.relname
  loop
    execute format('alter table %I.%I ', ${quoteText(schema)}, one.name) || one.changes;
  end loop;
exception when feature_not_supported then
  null;
end $$;
`;
}

/** The indexes of the mirror's tables: `definition` is what comes after `create index … on …`. */
export interface MirrorIndex {
  table: string;
  name: string;
  definition: string;
}

export function mirrorIndexes(): MirrorIndex[] {
  return objects.flatMap((object) => (object.table === null ? [] : indexesOf(object, object.table)));
}

/** What the row was like as it was proven: src/mirror/digest.ts. Null: it was only shown, or proven by an older version. */
const DIGEST = ['digest', 'bigint', null] as const;

function tableSql(schema: string, object: CatalogObject, table: string): string {
  const name = `${quoteName(schema)}.${quoteName(table)}`;
  const target = `${quoteText(name)}::regclass`;
  const owned = ownedObjects.has(object.object);
  const columns = object.columns.map(columnSql);
  return [
    `create table if not exists ${name} (`,
    [
      `  account text not null, livemode boolean not null, ${owned ? 'owner text not null, ' : ''}id text not null`,
      '  data jsonb not null, deleted boolean not null default false',
      '  proven_at timestamptz, as_of timestamptz not null',
      `  ${DIGEST[0]} ${DIGEST[1]}`,
      ...columns.map((column) => `  ${column}`),
      `  primary key (account, livemode, ${owned ? 'owner, ' : ''}id)`,
    ].join(',\n'),
    ');',
    `select lockstep.add_columns(${target}, ${quoteText(JSON.stringify([DIGEST, ...object.columns.map(columnParts)]))});`,
    ...indexesOf(object, table).map(
      (index) => `select lockstep.add_index(${target}, ${quoteText(index.name)}, ${quoteText(index.definition)});`,
    ),
    '',
  ].join('\n');
}

// Partial, because most references of most objects are null.
function indexesOf(object: CatalogObject, table: string): MirrorIndex[] {
  const references = object.columns.filter((column) => column.kind === 'reference').map((column) => column.name);
  return [
    ...(ownedObjects.has(object.object) ? [{ table, name: indexName(table, 'id'), definition: '(id)' }] : []),
    ...references.map((column) => {
      const quoted = quoteName(column);
      return { table, name: indexName(table, column), definition: `(${quoted}) where ${quoted} is not null` };
    }),
  ];
}

const NAME_MAX = 63; // PostgreSQL cuts longer names silently, and two would become one

function indexName(table: string, column: string): string {
  const full = `${table}_by_${column}`;
  if (full.length <= NAME_MAX) return full;
  return `${full.slice(0, NAME_MAX - 9)}_${createHash('sha256').update(full).digest('hex').slice(0, 8)}`;
}
