import type { ObjectKey, Source } from '../../kernel/source.js';
import type { Database } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql } from '../../store/sql.js';
import type { Cause, CauseFacts, Explanation } from './cause.js';

/** An object that was found to differ. */
export interface DriftFinding extends ObjectKey, Explanation {
  how: CauseFacts['how'];
  /** Since when it waits for a proof; null: nothing has hinted at it. */
  waitsSince: Date | null;
}

/** How many findings of one comparison of a type are noted, at most. */
export const NOTED_MAX = 1_000;

/** What waits for less than this is a change on its way, as there always are some. */
const ON_ITS_WAY_MS = 30_000;

/** Whether a finding is worth a row. */
export function isWorthNoting({ cause, waitsSince }: DriftFinding, now: Date): boolean {
  return cause !== 'waiting' || waitsSince === null || now.getTime() - waitsSince.getTime() >= ON_ITS_WAY_MS;
}

/** A finding that nothing has repaired yet. */
export interface OpenFinding extends ObjectKey, Pick<DriftFinding, 'how' | 'cause'> {
  number: number;
  foundAt: Date;
  seenAt: Date;
}

export interface Closing {
  number: number;
  cause: Cause;
  repairedAt: Date;
  repairedBy: 'proof' | 'verify';
}

/** The table of differences and their causes. */
export interface DriftRecord {
  /** Notes what was found. An object whose finding is still open is found again, and gets no second row. */
  note(found: readonly DriftFinding[], by: 'sweep' | 'verify', at: Date): Promise<void>;
  /** Findings that are open, in the order of their numbers. */
  open(after: number, limit: number): Promise<OpenFinding[]>;
  close(closings: readonly Closing[]): Promise<void>;
  /** A comparison of the whole type that began at `began` did not find what was last seen before. */
  closeUnseen(source: Source, type: string, began: Date, at: Date): Promise<void>;
  /** The numbers of those whose event was on its way: it was made before the object was found, and came after. */
  late(found: readonly OpenFinding[]): Promise<Set<number>>;
  prune(before: Date): Promise<void>;
}

const DETAIL_MAX = 200;

export function createDriftRecord(database: Database): DriftRecord {
  return {
    async note(found, by, at) {
      if (found.length > 0) await database.query(upsert(found, by, at));
    },
    open: (after, limit) =>
      database.query<OpenFinding>(sql`
        select number, account, livemode, type, id, found_at as "foundAt", seen_at as "seenAt", how, cause
        from lockstep.drift where repaired_at is null and number > ${after} order by number limit ${limit}`),
    async close(closings) {
      if (closings.length === 0) return;
      await database.query(sql`
        update lockstep.drift d set repaired_at = r."repairedAt", repaired_by = r."repairedBy", cause = r.cause
        from jsonb_to_recordset(${json(closings)}::jsonb)
          as r(number bigint, cause text, "repairedAt" timestamptz, "repairedBy" text)
        where d.number = r.number and d.repaired_at is null`);
    },
    async closeUnseen({ account, livemode }, type, began, at) {
      await database.query(sql`
        update lockstep.drift set repaired_at = ${at}::timestamptz
        where account = ${account} and livemode = ${livemode} and type = ${type} and repaired_at is null
          and seen_at < ${began}::timestamptz`);
    },
    async late(found) {
      if (found.length === 0) return new Set();
      const rows = await database.query<{ number: number }>(selectLate(found.map(({ number }) => number)));
      return new Set(rows.map(({ number }) => number));
    },
    async prune(before) {
      await database.query(sql`
        delete from lockstep.drift
        where found_at < ${before}::timestamptz and coalesce(repaired_at, seen_at) < ${before}::timestamptz`);
    },
  };
}

// A later look may know less: then the cause that was seen first stays.
const upsert = (found: readonly DriftFinding[], by: string, at: Date) => sql`
  insert into lockstep.drift as d (account, livemode, type, id, found_at, seen_at, found_by, how, cause, detail)
  select account, livemode, type, id, ${at}::timestamptz, ${at}::timestamptz, ${by}, how, cause, left(detail, ${DETAIL_MAX})
  from jsonb_to_recordset(${json(distinct(found))}::jsonb)
    as r(account text, livemode boolean, type text, id text, how text, cause text, detail text)
  order by account, livemode, type, id
  on conflict (account, livemode, type, id) where repaired_at is null do update
  set seen_at = excluded.seen_at, how = excluded.how,
      cause = case when excluded.cause = 'unknown' then d.cause else excluded.cause end,
      detail = case when excluded.cause = 'unknown' then d.detail else excluded.detail end`;

/** One statement writes a row once. */
function distinct(found: readonly DriftFinding[]): DriftFinding[] {
  return [...new Map(found.map((one) => [`${one.account} ${one.livemode} ${one.type} ${one.id}`, one])).values()];
}

const selectLate = (numbers: readonly number[]) => sql`
  select d.number from lockstep.drift d cross join lateral (
    select from lockstep.inbox i
    where i.object_type = d.type and i.object_id = d.id and i.account = d.account and i.livemode = d.livemode
      and i.quarantine is null and i.created <= d.found_at and i.received_at >= d.found_at limit 1) e
  where d.number = any (array(select n::bigint from jsonb_array_elements_text(${json(numbers)}::jsonb) n))`;
