/*
 * What an operator looks at. Everything here only reads, needs no key, and works whether or not a service runs.
 * Files in reading order:
 * - `reports.ts`: every question, as one interface
 * - `status.ts`: how the mirror stands. `count-rows.ts`, `count-marks.ts` and `rough-count.ts` count without reading large
 *   tables, `read-drift.ts` reads what sweeps found, `forecast.ts` says when nothing waits any more, and
 *   `processes.ts` who works
 * - `events.ts`, `refused.ts`, `explain.ts`: what came; what was not taken; everything about one object
 * - `duplicates.ts`: what looks as if it was made twice
 * - `doctor/`: what is wrong with the installation. `checks.ts` lists the checks, which only judge; `database-facts.ts`
 *   and `stripe-facts.ts` read what they judge
 */
import type { Options } from '../engine/config.js';
import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import { migrationState } from '../engine/database.js';
import type { Database } from '../store/database.js';
import type { MigrationState } from '../store/migration-state.js';
import { sql } from '../store/sql.js';
import { readDatabaseFacts, type DatabaseFacts } from './doctor/database-facts.js';
import { findDuplicates, type DuplicatesReport } from './duplicates.js';
import { findEvent, listEvents, type EventFilter, type EventPage, type StoredEvent } from './events.js';
import { explainObject, type Story } from './explain.js';
import { readRefused, type RefusedReport } from './refused.js';
import { readStatusReport, type StatusReport } from './status.js';
import type * as v from 'valibot';

/** The questions. Each is one row of `http/reports.ts`, so that a command can ask a running service. */
export interface Reports {
  status(): Promise<StatusReport>;
  /** What the doctor can see in the database; never throws for what it sees. */
  examine(): Promise<DatabaseFacts>;
  /** Which migrations were applied, and which are pending. @throws schema_newer, schema_changed */
  migrations(): Promise<MigrationState>;
  /** Events of the inbox, the latest first. */
  events(filter: EventFilter): Promise<EventPage>;
  /** One event with its body; null: it is not in the inbox. */
  event(id: string): Promise<StoredEvent | null>;
  /** What came and was not taken. */
  refused(): Promise<RefusedReport>;
  /** Everything that is known of one object. */
  explain(id: string): Promise<Story>;
  /** What looks as if it was made twice. */
  duplicates(): Promise<DuplicatesReport>;
}

export interface ReportDeps {
  database: Database;
  /** The options that decide what is expected. */
  config: Pick<
    v.InferOutput<typeof Options>,
    'mirrorSchema' | 'feed' | 'pollEveryMs' | 'catchUpEveryMs' | 'sweepEveryMs' | 'sweepTypes' | 'leaveOut'
  >;
  clock: Clock;
}

export function createReports(deps: ReportDeps): Reports {
  const { database } = deps;
  return {
    async status() {
      await mustBeMigrated(database);
      return readStatusReport(deps);
    },
    examine: () => readDatabaseFacts(deps),
    migrations: () => migrationState(database, deps.config),
    async events(filter) {
      await mustBeMigrated(database);
      return listEvents(database, filter);
    },
    async event(id) {
      await mustBeMigrated(database);
      return (await findEvent(database, id)) ?? null;
    },
    async refused() {
      await mustBeMigrated(database);
      return readRefused(database);
    },
    async explain(id) {
      await mustBeMigrated(database);
      return explainObject(database, deps.config.mirrorSchema, id);
    },
    async duplicates() {
      await mustBeMigrated(database);
      return findDuplicates(database, deps.config.mirrorSchema);
    },
  };
}

/** Reports change nothing, so they make no tables. @throws schema_missing */
async function mustBeMigrated(database: Database): Promise<void> {
  const [found] = await database.query<{ isThere: boolean }>(
    sql`select to_regclass('lockstep.refusals') is not null as "isThere"`,
  );
  if (found?.isThere === true) return;
  throw new LockstepError('schema_missing', 'The database does not have the tables of this version of Lockstep', {
    hint: 'run lockstep migrate, or start lockstep serve, which migrates by itself',
  });
}
