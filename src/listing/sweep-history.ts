import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import type { SweptType } from './sweep-type.js';

/** `all`: every object of the type, so that the sweep proves the type. `recent`: only objects created recently. */
export type Scope = 'all' | 'recent';

export interface SweepKey extends Source {
  type: string;
  scope: Scope;
}

/** When a type of a source was last swept. */
export interface LastSweep extends SweepKey {
  /** When the last sweep began, by our clock. */
  startedAt: Date;
  /** Whether it is still running, or its process ended during it. */
  running: boolean;
  note: string | null;
}

/** The result of a sweep that is stored. */
export type SweepResult = Omit<SweptType, 'skipped' | 'cut' | 'causes' | 'pending' | 'leftOut'>;

/** The record of sweeps. The schedule uses it, and every report of when a type was proven. */
export interface SweepHistory {
  begin(key: SweepKey, at: Date): Promise<void>;
  finish(key: SweepKey, startedAt: Date, at: Date, swept: SweepResult): Promise<void>;
  /** The sweep failed, or left something out: `note` says why. */
  fail(key: SweepKey, startedAt: Date, at: Date, note: string): Promise<void>;
  last(sources: readonly Source[]): Promise<LastSweep[]>;
  /** Forgets all sweeps of the source, so that everything is swept again. */
  forget(source: Source): Promise<void>;
  /** Forgets old sweeps, except the last one of each type and scope. */
  prune(before: Date): Promise<void>;
}

export function createSweepHistory(database: Queryable): SweepHistory {
  return {
    async begin({ account, livemode, type, scope }, at) {
      await database.query(sql`
        insert into lockstep.sweeps (account, livemode, type, scope, started_at)
        values (${account}, ${livemode}, ${type}, ${scope}, ${at}::timestamptz) on conflict do nothing`);
    },
    async finish({ account, livemode, type, scope }, startedAt, at, { began, listed, missing, extra, different }) {
      await database.query(sql`
        update lockstep.sweeps
        set finished_at = ${at}::timestamptz, began_at = ${began}::timestamptz, listed = ${listed},
            missing = ${missing.count}, extra = ${extra.count}, different = ${different.count}
        where account = ${account} and livemode = ${livemode} and type = ${type} and scope = ${scope}
          and started_at = ${startedAt}::timestamptz`);
    },
    async fail({ account, livemode, type, scope }, startedAt, at, note) {
      await database.query(sql`
        update lockstep.sweeps set finished_at = ${at}::timestamptz, note = ${note}
        where account = ${account} and livemode = ${livemode} and type = ${type} and scope = ${scope}
          and started_at = ${startedAt}::timestamptz`);
    },
    last: (sources) =>
      database.query<LastSweep>(sql`
        select distinct on (s.account, s.livemode, s.type, s.scope)
          s.account, s.livemode, s.type, s.scope, s.started_at as "startedAt", s.finished_at is null as running, s.note
        from lockstep.sweeps s
        join jsonb_to_recordset(${json(sources)}::jsonb) as r(account text, livemode boolean)
          on s.account = r.account and s.livemode = r.livemode
        order by s.account, s.livemode, s.type, s.scope, s.started_at desc`),
    async forget({ account, livemode }) {
      await database.query(sql`delete from lockstep.sweeps where account = ${account} and livemode = ${livemode}`);
    },
    async prune(before) {
      await database.query(sql`
        delete from lockstep.sweeps s where s.started_at < ${before}::timestamptz and exists (
          select from lockstep.sweeps later
          where later.account = s.account and later.livemode = s.livemode and later.type = s.type and later.scope = s.scope
            and later.started_at > s.started_at and later.finished_at is not null and later.note is null)`);
    },
  };
}
