import type { Database, Queryable } from './database.js';
import { name, sql, trusted, type Sql } from './sql.js';

/** A table of schema `lockstep` in weekly partitions, with a default one for all other times. */
export interface WeeklyTable {
  table: string;
  /** The column of the time that decides the week. */
  time: string;
}

const DAY_MS = 24 * 60 * 60_000;
const WEEK_MS = 7 * DAY_MS;
const WEEKS_AHEAD = 4;
// One process at a time; any fixed number but the migrator's.
const ADVISORY_LOCK = 4_242_002;

/** Makes the partitions of this week and the next ones. Returns their names. */
export async function makePartitions(database: Database, of: WeeklyTable, now: Date): Promise<string[]> {
  const standing = new Set(await partitionsOf(database, of));
  const made: string[] = [];
  for (let week = 0; week <= WEEKS_AHEAD; week += 1) {
    const begins = mondayOf(now.getTime() + week * WEEK_MS);
    const partition = partitionName(of, begins);
    if (!standing.has(partition) && (await make(database, of, begins))) made.push(partition);
  }
  return made;
}

/** The partitions whose weeks had ended at that time. */
export async function partitionsBefore(database: Queryable, of: WeeklyTable, oldest: Date): Promise<string[]> {
  const standing = await partitionsOf(database, of);
  return standing.filter((partition) => endOf(partition) <= oldest.getTime());
}

export async function dropPartition(database: Queryable, partition: string): Promise<void> {
  await database.query(sql`drop table if exists ${name('lockstep', partition)}`);
}

/** Only the owner of the table may make and drop its partitions. */
export async function mayMakePartitions(database: Queryable, { table }: WeeklyTable): Promise<boolean> {
  const [row] = await database.query<{ may: boolean }>(sql`
    select has_schema_privilege(n.oid, 'create') and pg_has_role(c.relowner, 'usage') as may
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lockstep' and c.relname = ${table}`);
  return row?.may === true;
}

/**
 * Since when the owner has to run `lockstep migrate`: the current week has no partition, and the role of this
 * connection may not make one. Until then its rows are kept in the default partition, where they are deleted one by
 * one. null: it does not have to.
 */
export async function partitionsDueSince(database: Queryable, of: WeeklyTable, now: Date): Promise<Date | null> {
  const begins = mondayOf(now.getTime());
  if (await mayMakePartitions(database, of)) return null;
  return (await partitionsOf(database, of)).includes(partitionName(of, begins)) ? null : begins;
}

/** `inbox_w20261123`: the week that begins on that Monday, UTC. */
function partitionName({ table }: WeeklyTable, begins: Date): string {
  return `${table}_w${begins.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

function endOf(partition: string): number {
  const [, year, month, day] = /_w(\d{4})(\d{2})(\d{2})$/.exec(partition) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) + WEEK_MS;
}

function mondayOf(ms: number): Date {
  const FIRST_MONDAY_MS = 4 * DAY_MS; // 5 January 1970
  return new Date(Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS);
}

async function partitionsOf(database: Queryable, { table }: WeeklyTable): Promise<string[]> {
  const rows = await database.query<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = ${`lockstep.${table}`}::regclass and c.relname ~ '_w[0-9]{8}$'`);
  return rows.map(({ name: partition }) => partition);
}

/** Makes one partition, with the rows of its time that came before it. False: another process is at it. */
async function make(database: Database, of: WeeklyTable, begins: Date): Promise<boolean> {
  const partition = name('lockstep', partitionName(of, begins));
  const [table, rest, time] = [name('lockstep', of.table), name('lockstep', `${of.table}_default`), name(of.time)];
  const [from, to] = [begins, new Date(begins.getTime() + WEEK_MS)].map(literal);
  return database.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(${ADVISORY_LOCK}) as mine`);
    if (lock?.mine !== true) return false;
    // The attachment locks the default partition for a moment: rather give up than hold up every event.
    await tx.query(sql`set local lock_timeout = '2s'`);
    // A statement that has looked up the partitions, and then waits for the lock of the default one, would find the
    // moved rows in neither (PostgreSQL 15: 6 of 100 reads did). Behind this lock it looks them up again.
    await tx.query(sql`lock table ${table} in access exclusive mode`);
    await tx.query(sql`create table ${partition} (like ${table} including all)`);
    await tx.query(sql`
      with moved as (delete from ${rest} where ${time} >= ${from} and ${time} < ${to} returning *)
      insert into ${partition} select * from moved`);
    await tx.query(sql`alter table ${table} attach partition ${partition} for values from (${from}) to (${to})`);
    return true;
  });
}

function literal(at: Date): Sql {
  return trusted(`'${at.toISOString()}'`);
}
