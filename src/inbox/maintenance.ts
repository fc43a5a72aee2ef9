import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Database, Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import {
  dropPartition,
  makePartitions,
  mayMakePartitions,
  partitionsBefore,
  partitionsDueSince as weeksDueSince,
  type WeeklyTable,
} from '../store/weekly-partitions.js';

export interface MaintenanceDeps {
  database: Database;
  /** Sweep history; pruned along with the inbox. */
  sweeps: { prune(before: Date): Promise<void> };
  /** Differences that were found. */
  drift: { prune(before: Date): Promise<void> };
  /** Removes the rows of types that are not mirrored. Returns how many, by table. Default: all are mirrored. */
  removeLeftOut?: () => Promise<Record<string, number>>;
  /** The change feed; kept in order along with the inbox. Default: it is not. */
  changes?: { upkeep(now: Date): Promise<Partitions> };
  /** Ends what a migration has begun, until the signal aborts. Default: there is nothing to end. */
  finishMigration?: (signal: AbortSignal) => Promise<void>;
  clock: Clock;
  log: Log;
}

export interface MaintenanceConfig {
  /** How long events are kept. */
  readonly inboxDays: number;
}

/** The names of partitions. */
export interface Partitions {
  made: string[];
  dropped: string[];
}

const inbox: WeeklyTable = { table: 'inbox', time: 'created' };
const DAY_MS = 24 * 60 * 60_000;
const EVERY_MS = 60 * 60_000;
const SWEEPS_KEPT_MS = 90 * DAY_MS;
const DRIFT_KEPT_MS = 45 * DAY_MS;
const DELETE_AT_ONCE = 10_000;

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
  async run(): Promise<Partitions> {
    const { database, sweeps, drift, changes, clock, log } = this.#deps;
    const now = clock.now();
    const oldest = new Date(now.getTime() - this.#config.inboxDays * DAY_MS);
    // Without that right, events are kept in the default partition.
    const own = (await mayMakePartitions(database, inbox)) ? await keepInbox(database, now, oldest) : none;
    await deleteOlder(database, oldest);
    await sweeps.prune(new Date(now.getTime() - SWEEPS_KEPT_MS));
    await drift.prune(new Date(now.getTime() - DRIFT_KEPT_MS));
    const left = (await this.#deps.removeLeftOut?.()) ?? {};
    if (Object.keys(left).length > 0) log.info({ event: 'mirror.left_out', rows: left });
    const ofChanges = (await changes?.upkeep(now)) ?? none;
    const made = [...own.made, ...ofChanges.made];
    const dropped = [...own.dropped, ...ofChanges.dropped];
    if (made.length + dropped.length > 0) log.info({ event: 'inbox.partitions', made, dropped });
    await this.#deps.finishMigration?.(this.#stopping.signal);
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

const none: Partitions = { made: [], dropped: [] };

async function keepInbox(database: Database, now: Date, oldest: Date): Promise<Partitions> {
  const made = await makePartitions(database, inbox, now);
  const dropped = await partitionsBefore(database, inbox, oldest);
  for (const partition of dropped) await dropPartition(database, partition);
  return { made, dropped };
}

/**
 * Since when the owner has to run `lockstep migrate`, because this role may not make the partition of the current week.
 * null: it does not have to.
 */
export function partitionsDueSince(database: Queryable, now: Date): Promise<Date | null> {
  return weeksDueSince(database, inbox, now);
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
