import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Database, Queryable } from '../store/database.js';
import { name, sql, trusted } from '../store/sql.js';

export interface MaintenanceDeps {
  database: Database;
  /** Sweep history; pruned along with the inbox. */
  sweeps: { prune(before: Date): Promise<void> };
  /** Differences that were found. */
  drift: { prune(before: Date): Promise<void> };
  /** Removes the rows of types that are not mirrored. Returns how many, by table. Default: all are mirrored. */
  removeLeftOut?: () => Promise<Record<string, number>>;
  clock: Clock;
  log: Log;
}

export interface MaintenanceConfig {
  /** How long events are kept. */
  readonly inboxDays: number;
}

const DAY_MS = 24 * 60 * 60_000;
const WEEK_MS = 7 * DAY_MS;
const EVERY_MS = 60 * 60_000;
const WEEKS_AHEAD = 4;
const SWEEPS_KEPT_MS = 90 * DAY_MS;
const DRIFT_KEPT_MS = 45 * DAY_MS;
const DELETE_AT_ONCE = 10_000;
// One process at a time; any fixed number but the migrator's.
const ADVISORY_LOCK = 4_242_002;

/** Keeps the inbox in weekly partitions: makes the next ones, and drops the old ones. */
export class Maintenance {
  readonly #deps: MaintenanceDeps;
  readonly #config: MaintenanceConfig;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: MaintenanceDeps, config: MaintenanceConfig) {
    this.#deps = deps;
    this.#config = config;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Does now what is due. */
  async run(): Promise<{ made: string[]; dropped: string[] }> {
    const { database, sweeps, drift, clock, log } = this.#deps;
    const now = clock.now();
    const oldest = new Date(now.getTime() - this.#config.inboxDays * DAY_MS);
    // Only its owner may make and drop a partition. Without that right, events are kept in the default one.
    const { made, dropped } = (await mayMakePartitions(database)) ? await keepPartitions(database, now, oldest) : none;
    await deleteOlder(database, oldest);
    await sweeps.prune(new Date(now.getTime() - SWEEPS_KEPT_MS));
    await drift.prune(new Date(now.getTime() - DRIFT_KEPT_MS));
    const left = (await this.#deps.removeLeftOut?.()) ?? {};
    if (Object.keys(left).length > 0) log.info({ event: 'mirror.left_out', rows: left });
    if (made.length + dropped.length > 0) log.info({ event: 'inbox.partitions', made, dropped });
    return { made, dropped };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#deps;
    const warn = (error: unknown): void => log.warn({ event: 'inbox.maintenance_failed', reason: messageOf(error) });
    while (!this.#stopping.signal.aborted) {
      await this.run().catch(warn);
      await clock.sleep(EVERY_MS, this.#stopping.signal);
    }
  }
}

const none = { made: [], dropped: [] };

async function keepPartitions(
  database: Database,
  now: Date,
  oldest: Date,
): Promise<{ made: string[]; dropped: string[] }> {
  const standing = new Set(await partitions(database));
  const made: string[] = [];
  for (let week = 0; week <= WEEKS_AHEAD; week += 1) {
    const begins = mondayOf(now.getTime() + week * WEEK_MS);
    if (!standing.has(partitionOf(begins)) && (await make(database, begins))) made.push(partitionOf(begins));
  }
  const dropped = [...standing].filter((partition) => endOf(partition) <= oldest.getTime());
  for (const partition of dropped) await database.query(sql`drop table if exists ${name('lockstep', partition)}`);
  return { made, dropped };
}

async function mayMakePartitions(database: Queryable): Promise<boolean> {
  const [row] = await database.query<{ may: boolean }>(sql`
    select has_schema_privilege(n.oid, 'create') and pg_has_role(c.relowner, 'usage') as may
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'lockstep' and c.relname = 'inbox'`);
  return row?.may === true;
}

/**
 * Since when the owner has to run `lockstep migrate`: the current week has no partition, and the role of this
 * connection may not make one. Until then its events are kept in the default partition, where they are deleted one by
 * one. null: it does not have to.
 */
export async function partitionsDueSince(database: Queryable, now: Date): Promise<Date | null> {
  const begins = mondayOf(now.getTime());
  if (await mayMakePartitions(database)) return null;
  return (await partitions(database)).includes(partitionOf(begins)) ? null : begins;
}

/** `inbox_w20261123`: the week that begins on that Monday, UTC. */
function partitionOf(begins: Date): string {
  return `inbox_w${begins.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

function endOf(partition: string): number {
  const [, year, month, day] = /^inbox_w(\d{4})(\d{2})(\d{2})$/.exec(partition) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day)) + WEEK_MS;
}

function mondayOf(ms: number): Date {
  const FIRST_MONDAY_MS = 4 * DAY_MS; // 5 January 1970
  return new Date(Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS);
}

async function partitions(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'lockstep.inbox'::regclass and c.relname ~ '^inbox_w[0-9]{8}$'`);
  return rows.map(({ name }) => name);
}

/** Makes one partition, with the rows of its time that came before it. False: another process is at it. */
async function make(database: Database, begins: Date): Promise<boolean> {
  const partition = name('lockstep', partitionOf(begins));
  const [from, to] = [begins, new Date(begins.getTime() + WEEK_MS)].map((at) => trusted(`'${at.toISOString()}'`));
  return database.transaction(async (tx) => {
    const [lock] = await tx.query<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(${ADVISORY_LOCK}) as mine`);
    if (lock?.mine !== true) return false;
    // The attachment locks the default partition for a moment: rather give up than hold up every event.
    await tx.query(sql`set local lock_timeout = '2s'`);
    // A statement that has looked up the partitions, and then waits for the lock of the default one, would find the
    // moved rows in neither (PostgreSQL 15: 6 of 100 reads did). Behind this lock it looks them up again.
    await tx.query(sql`lock table lockstep.inbox in access exclusive mode`);
    await tx.query(sql`create table ${partition} (like lockstep.inbox including all)`);
    await tx.query(sql`
      with moved as (delete from lockstep.inbox_default where created >= ${from} and created < ${to} returning *)
      insert into ${partition} select * from moved`);
    await tx.query(sql`alter table lockstep.inbox attach partition ${partition} for values from (${from}) to (${to})`);
    return true;
  });
}

/**
 * Events whose own week has no partition, and those of a partition that this role may not drop. Over the parent, whose
 * rights are enough for every partition.
 */
async function deleteOlder(database: Queryable, oldest: Date): Promise<void> {
  for (;;) {
    const rows = await database.query(sql`
      delete from lockstep.inbox i using (
        select tableoid as partition, ctid as place from lockstep.inbox where created < ${oldest}::timestamptz limit ${DELETE_AT_ONCE}
      ) old where i.tableoid = old.partition and i.ctid = old.place and i.created < ${oldest}::timestamptz
      returning 1`);
    if (rows.length < DELETE_AT_ONCE) return;
  }
}
