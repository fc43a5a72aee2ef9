import { migrationState, ownTables, schemaDifferences } from '../../engine/database.js';
import type { MigrationState } from '../../store/migration-state.js';
import type { Database, Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { name, sql } from '../../store/sql.js';
import type { ReportDeps } from '../reports.js';
import { readStatusReport, type StatusReport } from '../status.js';
import { readExposure, type Exposure } from './exposure.js';
import { tableOfType } from '../type-names.js';
import { learn, type Learnt } from './finding.js';
import { readTraffic, type Traffic } from './traffic.js';

/** What can be seen in the database, without Stripe. Each part is learnt apart from the others. */
export interface DatabaseFacts {
  server: Learnt<ServerFacts>;
  migrations: Learnt<MigrationState>;
  /** What is missing or was changed, with the SQL that repairs it. null: this build does not know what to expect. */
  differences: Learnt<{ object: string; problem: string; sql: readonly string[] }[]>;
  /** Tables in our two schemas that are not ours. */
  foreign: Learnt<string[]>;
  bloat: Learnt<{ table: string; live: number; dead: number }[]>;
  status: Learnt<StatusReport>;
  hooks: Learnt<{ name: string; seenAt: Date; waiting: number }[]>;
  traffic: Learnt<Traffic>;
  exposure: Learnt<Exposure>;
  /** Tables of types that are not mirrored, and which of them have rows. */
  notMirrored: Learnt<{ tables: string[]; withRows: string[] }>;
}

export interface ServerFacts {
  /** As PostgreSQL counts: 150004. */
  version: number;
  encoding: string;
  role: string;
  searchPath: string;
  isReadOnly: boolean;
  /** `off` loses acknowledged events in a crash. */
  fsync: boolean;
  connections: { used: number; max: number };
  /** The oldest transaction of another session; null: none is open. */
  oldest: { seconds: number; application: string; pid: number } | null;
  /** Replication slots that nobody reads, which keep the log of writes from being dropped. */
  idleSlots: { name: string; bytes: number }[];
}

export async function readDatabaseFacts({ database, config, clock }: ReportDeps): Promise<DatabaseFacts> {
  const { mirrorSchema } = config;
  return {
    server: await learn(() => readServer(database)),
    migrations: await learn(() => migrationState(database, { mirrorSchema })),
    differences: await learn(async () =>
      (await schemaDifferences(database, { mirrorSchema })).map(({ object, problem, sql: repair }) => ({
        object,
        problem,
        sql: repair,
      })),
    ),
    foreign: await learn(() => readForeign(database, mirrorSchema)),
    bloat: await learn(() => readBloat(database)),
    status: await learn(() => readStatusReport({ database, config, clock })),
    hooks: await learn(() => readHooks(database)),
    traffic: await learn(() => readTraffic(database, clock)),
    exposure: await learn(() => readExposure(database, ['lockstep', mirrorSchema])),
    notMirrored: await learn(() => readNotMirrored(database, mirrorSchema, config.leaveOut)),
  };
}

async function readServer(database: Database): Promise<ServerFacts> {
  const [row] = await database.query<Omit<ServerFacts, 'connections' | 'oldest' | 'idleSlots'> & Activity>(sql`
    select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
      current_user::text as role, current_setting('search_path') as "searchPath",
      (pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on') as "isReadOnly",
      current_setting('fsync') = 'on' as fsync,
      current_setting('max_connections')::integer as max,
      (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
      (select jsonb_build_object('seconds', extract(epoch from now() - a.xact_start), 'application', a.application_name, 'pid', a.pid)
       from pg_stat_activity a where a.xact_start is not null and a.pid <> pg_backend_pid() and a.backend_type = 'client backend'
       order by a.xact_start limit 1) as oldest`);
  if (row === undefined) throw new Error('the database gave no answer');
  const idleSlots = await database.query<{ name: string; bytes: number }>(sql`
    select slot_name::text as name, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint as bytes
    from pg_replication_slots where not active and not pg_is_in_recovery()`);
  const { used, max, ...rest } = row;
  return { ...rest, connections: { used, max }, idleSlots };
}

interface Activity {
  used: number;
  max: number;
  oldest: ServerFacts['oldest'];
}

/** The mirror's tables have a column `proven_at`; Lockstep's own are known by their names. */
async function readForeign(database: Queryable, mirrorSchema: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(sql`
    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and (
      (n.nspname = ${mirrorSchema} and not exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'proven_at' and not a.attisdropped))
      or (n.nspname = 'lockstep' and c.relname not in (select jsonb_array_elements_text(${json(ownTables(mirrorSchema))}::jsonb))))
    order by 1`);
  return rows.map(({ name }) => name);
}

function readBloat(database: Queryable): Promise<{ table: string; live: number; dead: number }[]> {
  return database.query(sql`
    select s.schemaname || '.' || s.relname as table, s.n_live_tup as live, s.n_dead_tup as dead
    from pg_stat_user_tables s where s.schemaname = 'lockstep' order by s.n_dead_tup desc limit 20`);
}

async function readNotMirrored(
  database: Queryable,
  mirrorSchema: string,
  types: readonly string[],
): Promise<{ tables: string[]; withRows: string[] }> {
  const tables = types.map(tableOfType);
  const withRows: string[] = [];
  for (const table of tables)
    if ((await database.query(sql`select from ${name(mirrorSchema, table)} limit 1`)).length > 0) withRows.push(table);
  return { tables, withRows };
}

/** Runs wait for each hook; no more are counted than tell a few from many. */
function readHooks(database: Queryable): Promise<{ name: string; seenAt: Date; waiting: number }[]> {
  return database.query(sql`
    select h.name, h.seen_at as "seenAt", (
      select count(*) from (select 1 from lockstep.hook_deliveries d where d.hook = h.name limit 1000) w) as waiting
    from lockstep.hooks h order by h.name`);
}
