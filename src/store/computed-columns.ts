import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import type { Database, Queryable } from './database.js';
import { json } from './json.js';
import { quoteName, quoteText, sql, trusted } from './sql.js';

export interface FinishDeps {
  /** With the time limits of upkeep. */
  database: Database;
  clock: Clock;
  log: Log;
  /** Ends it between two batches. The next call continues. */
  signal?: AbortSignal | undefined;
}

export interface MirrorSchemaIndexes {
  schema: string;
  /** `definition` is what comes after `create index … on …`. */
  indexes: readonly { table: string; name: string; definition: string }[];
}

/** A batch of 32 pages of 8 kB is some hundred rows: they are locked for less than 100 ms. */
const PAGES = 32;
const LOCKED_PAUSE_MS = 200;
const LOCKED_TRIES = 50;

/**
 * Fills the columns that a migration has added to large tables, and makes the indexes that large tables lack. Writers
 * are never held up for longer than one batch takes. Only the owner of a table can do it; for others there is nothing.
 */
export async function finishColumns(deps: FinishDeps, { schema, indexes }: MirrorSchemaIndexes): Promise<void> {
  const { database, log, signal } = deps;
  const unfilled = await readUnfilled(database);
  for (const { table, columns } of unfilled.filter(({ mayFill }) => mayFill)) {
    const { rows, isComplete } = await fill(deps, table, columns);
    if (signal?.aborted) return;
    if (!isComplete) continue; // rows stayed locked for long: the next call continues
    for (const { trigger } of columns)
      await database.script(`comment on trigger ${quoteName(trigger)} on ${table} is ${quoteText(FILLED)}`);
    log.info({ event: 'schema.filled', table, columns: columns.map(({ name }) => name), rows });
  }
  for (const index of await readMissing(database, schema, indexes)) {
    if (signal?.aborted) return;
    await makeIndex(database, schema, index);
    log.info({ event: 'schema.index_made', index: index.name });
  }
}

/** The comment on a trigger whose column is filled. */
const FILLED = 'filled';

/** Columns that are null in rows that a migration found, until `finishColumns` has filled them. */
export interface Unfilled {
  /** `stripe.customers` */
  table: string;
  /** This role owns the table. */
  mayFill: boolean;
  columns: readonly { name: string; expression: string; trigger: string }[];
}

/** src/catalog/schema-functions.ts made the triggers; the second and third line of their function say what they compute. */
export function readUnfilled(database: Database): Promise<Unfilled[]> {
  return database.query<Unfilled>(sql`
    select format('%I.%I', n.nspname, c.relname) as table, bool_and(pg_has_role(c.relowner, 'usage')) as "mayFill", jsonb_agg(jsonb_build_object('trigger', t.tgname,
      'name', substr(split_part(p.prosrc, e'\n', 2), 4), 'expression', substr(split_part(p.prosrc, e'\n', 3), 4))) as columns
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid join pg_namespace pn on pn.oid = p.pronamespace
      join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where starts_with(t.tgname, 'lockstep_computes_') and pn.nspname = 'lockstep'
      and obj_description(t.oid, 'pg_trigger') is distinct from ${FILLED}
    group by 1 order by 1`);
}

/**
 * Writes the rows whose columns are not yet computed; the trigger does it. A row that another transaction has locked is
 * tried again. A row that is written by others is filled by that, and moves to a page that is not read again.
 */
async function fill(
  { database, clock, signal }: FinishDeps,
  table: string,
  columns: Unfilled['columns'],
): Promise<{ rows: number; isComplete: boolean }> {
  const { pages, file } = await readPlace(database, table);
  const empty = columns
    .map(({ name, expression }) => `${quoteName(name)} is distinct from (${expression})`)
    .join(' or ');
  let rows = 0;
  let isComplete = true;
  for (let page = 0; page < pages; page += PAGES) {
    for (let attempt = 1; ; attempt += 1) {
      if (signal?.aborted) return { rows, isComplete: false };
      const done = await database.transaction((tx) => fillPages(tx, table, empty, page));
      rows += done.written;
      if (done.left === 0) break;
      if (attempt === LOCKED_TRIES) {
        isComplete = false;
        break;
      }
      await clock.sleep(LOCKED_PAUSE_MS, signal);
    }
  }
  // `vacuum full` and the like move the rows: some may be on pages that were read before.
  return { rows, isComplete: isComplete && (await readPlace(database, table)).file === file };
}

async function readPlace(database: Database, table: string): Promise<{ pages: number; file: number }> {
  const [place] = await database.query<{ pages: number; file: number }>(sql`
    select (pg_relation_size(${table}::regclass) / current_setting('block_size')::int)::int as pages,
      pg_relation_filenode(${table}::regclass)::int as file`);
  return place ?? { pages: 0, file: 0 };
}

// Rows are locked without waiting, and written after that: so it never waits while it holds a lock that others want.
async function fillPages(
  tx: Queryable,
  table: string,
  empty: string,
  page: number,
): Promise<{ written: number; left: number }> {
  const where = trusted(`where ctid >= '(${page},0)' and ctid < '(${page + PAGES},0)' and (${empty})`);
  const [row] = await tx.query<{ written: number; left: number }>(sql`
    with found as materialized (select ctid as place from ${trusted(table)} ${where}),
      locked as materialized (select ctid as place from ${trusted(table)} ${where} for no key update skip locked),
      written as (update ${trusted(table)} t set data = t.data from locked where t.ctid = locked.place returning 1)
    select (select count(*) from written)::int as written,
      ((select count(*) from found) - (select count(*) from written))::int as left`);
  return row ?? { written: 0, left: 0 };
}

type MissingIndex = MirrorSchemaIndexes['indexes'][number] & {
  /** A rest of an attempt that failed. */
  isInvalid: boolean;
};

function readMissing(
  database: Database,
  schema: string,
  indexes: MirrorSchemaIndexes['indexes'],
): Promise<MissingIndex[]> {
  return database.query<MissingIndex>(sql`
    select w."table", w.name, w.definition, i.oid is not null as "isInvalid"
    from jsonb_to_recordset(${json(indexes)}::jsonb) as w("table" text, name text, definition text)
      join pg_namespace n on n.nspname = ${schema}
      join pg_class t on t.relnamespace = n.oid and t.relname = w."table" and pg_has_role(t.relowner, 'usage')
      left join pg_class i on i.relnamespace = n.oid and i.relname = w.name
    where (i.oid is null or exists (select from pg_index x where x.indexrelid = i.oid and not x.indisvalid))
      and not exists (select from pg_stat_progress_create_index p where p.relid = t.oid)`);
}

async function makeIndex(database: Database, schema: string, index: MissingIndex): Promise<void> {
  const run = (text: string): Promise<void> => database.outside?.(text) ?? database.script(text);
  const how = database.outside === undefined ? '' : 'concurrently ';
  const name = `${quoteName(schema)}.${quoteName(index.name)}`;
  // Another process may be making the same index: then there is nothing left to do here.
  if (index.isInvalid) await run(`drop index ${how}if exists ${name}`);
  const table = `${quoteName(schema)}.${quoteName(index.table)}`;
  await run(`create index ${how}if not exists ${quoteName(index.name)} on ${table} ${index.definition}`);
}
