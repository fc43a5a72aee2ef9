import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../kernel/clock.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import type { LightRecord } from './light.js';

/** What a process says about itself in `lockstep.processes`. */
export interface ProcessFacts {
  host: string;
  pid: number;
  /** Whether it reads marked objects from Stripe. */
  proves: boolean;
  /** Whether it sweeps as scheduled. */
  sweeps: boolean;
  feed: 'webhook' | 'poll';
  duties: LightRecord['duties'];
  /** What its sweeps list; null: every type. */
  sweepTypes: readonly string[] | null;
  /** Types that it does not mirror. Absent: its version mirrors all. */
  leaveOut?: readonly string[];
  /** Why proving is paused in it; null: it runs. */
  paused: string | null;
  budgets: readonly ProcessBudget[];
  /** Whether it ended in order. A process that was killed says nothing. */
  ended: boolean;
}

/** What a process knows of itself; the rest is added. */
export type OwnFacts = Omit<ProcessFacts, 'host' | 'pid' | 'ended'>;

/** How much a process may ask of Stripe with the key of an account, and how much it did ask. */
export interface ProcessBudget extends Source {
  /** Requests a second to one endpoint, at most. */
  ratePerEndpoint: number;
  /** Requests a second in all, at most. */
  rateTotal: number;
  /** Requests a second in the last minute. */
  perS: number;
}

/** A process that works on this database, or did. */
export interface ProcessRow extends ProcessFacts {
  id: string;
  startedAt: Date;
  seenAt: Date;
}

/** The row of this process. */
export interface ProcessRecord {
  /** Says that it lives. */
  beat(): Promise<void>;
  /** Says that the process ends. Its row stays, because it says since when nobody works. */
  end(): Promise<void>;
}

/** Rows of processes that do not live any more are kept for so long. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

export function createProcessRecord(database: Queryable, clock: Clock, facts: () => OwnFacts): ProcessRecord {
  const id = randomUUID();
  const startedAt = clock.now();
  const [host, { pid }] = [hostname(), process];
  let isFirst = true;
  const say = (now: Date, ended: boolean): Promise<unknown> =>
    database.query(write({ id, startedAt, seenAt: now, host, pid, ended, ...facts() }));
  return {
    async beat() {
      const now = clock.now();
      await say(now, false);
      if (isFirst) await database.query(prune(new Date(now.getTime() - KEPT_MS)));
      isFirst = false;
    },
    end: async () => void (await say(clock.now(), true)),
  };
}

/** The processes that were seen last, the latest first. */
export async function readProcesses(database: Queryable, most: number): Promise<ProcessRow[]> {
  const rows = await database.query<{ id: string; startedAt: Date; seenAt: Date; about: ProcessFacts }>(sql`
    select id::text, started_at as "startedAt", seen_at as "seenAt", about from lockstep.processes
    order by seen_at desc limit ${most}`);
  return rows.map(({ about, ...row }) => ({ ...row, ...about }));
}

const write = ({ id, startedAt, seenAt, ...about }: ProcessRow) => sql`
  insert into lockstep.processes (id, started_at, seen_at, about)
  values (${id}::uuid, ${startedAt}::timestamptz, ${seenAt}::timestamptz, ${json(about)}::jsonb)
  on conflict (id) do update set seen_at = excluded.seen_at, about = excluded.about`;

const prune = (before: Date) => sql`delete from lockstep.processes where seen_at < ${before}::timestamptz`;
