import type { Clock } from '../../kernel/clock.js';
import { LockstepError, messageOf } from '../../kernel/error.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql } from '../../store/sql.js';

/** Long work that somebody started from the console. */
export interface Job {
  number: number;
  kind: JobKind;
  /** What was asked for. */
  asked: { types?: string[]; repair?: boolean };
  byWhom: string;
  startedAt: Date;
  seenAt: Date;
  /** null: it runs. */
  finishedAt: Date | null;
  stopBy: string | null;
  progress: JobProgress;
  outcome: string | null;
  failed: boolean;
}

export type JobKind = 'backfill' | 'sweep' | 'verify';

/** How far it has come. */
export interface JobProgress {
  /** Objects that Stripe listed, by type. */
  listed?: Record<string, number>;
  /** Types that are done. */
  done?: string[];
  /** Differences that were found. */
  differences?: number;
}

export interface NewJob {
  kind: JobKind;
  asked: Job['asked'];
  byWhom: string;
}

/** What a job does. `tell` keeps the latest progress. Returns the outcome in words. */
export type JobWork = (tell: (progress: JobProgress) => void, signal: AbortSignal) => Promise<string>;

export interface Jobs {
  /** Starts it and returns at once. @throws request_in_progress one of the kind runs, in whatever process */
  start(job: NewJob, work: JobWork): Promise<Job>;
  /** Asks it to stop, in whatever process it runs. What was done stays done. Returns false if it does not run. */
  stop(number: number, byWhom: string): Promise<boolean>;
  list(limit: number): Promise<Job[]>;
}

const BEAT_MS = 2_000;
/** A job whose process gave no sign for so long has ended with it. */
const LOST_MS = 60_000;

interface Deps {
  database: Database;
  clock: Clock;
  /** Aborted when this process stops. */
  stopping: AbortSignal;
}

export function createJobs(deps: Deps): Jobs {
  const { database, clock } = deps;
  return {
    async start(job, work) {
      await closeLost(deps);
      const now = clock.now();
      const [started] = await database.query<Job>(sql`
        insert into lockstep.jobs as j (kind, asked, by_whom, started_at, seen_at)
        values (${job.kind}, ${json(job.asked)}::jsonb, ${job.byWhom}, ${now}::timestamptz, ${now}::timestamptz)
        on conflict (kind) where finished_at is null do nothing returning ${columns}`);
      if (started === undefined) throw await inProgress(deps, job.kind);
      void run(deps, started.number, work);
      return started;
    },
    async stop(number, byWhom) {
      const rows = await database.query(sql`
        update lockstep.jobs set stop_by = coalesce(stop_by, ${byWhom}) where number = ${number} and finished_at is null returning 1`);
      return rows.length > 0;
    },
    async list(limit) {
      return database.query<Job>(sql`select ${columns} from lockstep.jobs j order by j.number desc limit ${limit}`);
    },
  };
}

const columns = sql`j.number, j.kind, j.asked, j.by_whom as "byWhom", j.started_at as "startedAt", j.seen_at as "seenAt",
  j.finished_at as "finishedAt", j.stop_by as "stopBy", j.progress, j.outcome, j.failed`;

async function closeLost({ database, clock }: Deps): Promise<void> {
  const now = clock.now();
  await database.query(sql`
    update lockstep.jobs set finished_at = ${now}::timestamptz, failed = true, outcome = 'its process ended before it was done'
    where finished_at is null and seen_at < ${new Date(now.getTime() - LOST_MS)}::timestamptz`);
}

async function inProgress({ database }: Deps, kind: JobKind): Promise<LockstepError> {
  const [job] = await database.query<{ who: string }>(
    sql`select by_whom as who from lockstep.jobs where kind = ${kind} and finished_at is null`,
  );
  const who = job === undefined ? '' : `, started by ${job.who}`;
  return new LockstepError('request_in_progress', `A ${kind} is running${who}`, {
    hint: 'wait for it, or stop it first',
  });
}

/** Runs it, and writes every few seconds that it lives and how far it is. */
async function run({ database, clock, stopping }: Deps, number: number, work: JobWork): Promise<void> {
  const stopped = new AbortController();
  const done = new AbortController();
  let progress: JobProgress = {};
  const beat = async (): Promise<void> => {
    while (!done.signal.aborted) {
      await clock.sleep(BEAT_MS, done.signal);
      if (done.signal.aborted) return;
      const [row] = await database
        .query<{ stopBy: string | null }>(
          sql`update lockstep.jobs set seen_at = ${clock.now()}::timestamptz, progress = ${json(progress)}::jsonb
              where number = ${number} returning stop_by as "stopBy"`,
        )
        .catch(() => []); // the database is away: the work itself finds out
      if (row?.stopBy != null) stopped.abort();
    }
  };
  const beating = beat();
  const ended = await work((news) => (progress = news), AbortSignal.any([stopped.signal, stopping])).then(
    (outcome) => ({ outcome, failed: false }),
    (error: unknown) => ({ outcome: messageOf(error), failed: true }),
  );
  done.abort();
  await beating;
  const text = stopped.signal.aborted ? `stopped: ${ended.outcome}` : ended.outcome;
  await database
    .query(
      sql`update lockstep.jobs set finished_at = ${clock.now()}::timestamptz, progress = ${json(progress)}::jsonb,
            outcome = ${text.slice(0, 500)}, failed = ${ended.failed && !stopped.signal.aborted} where number = ${number}`,
    )
    .catch(() => {}); // it is closed as lost when the next one starts
}
