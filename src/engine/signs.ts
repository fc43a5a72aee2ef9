import type { Clock } from '../kernel/clock.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';

/**
 * A kind of news about one account.
 * - `accepted`: a webhook delivery was stored. · `refused`: one was refused. Of no account: nobody knows whose it was.
 * - `undelivered`: Stripe's list has an event that should have reached the webhook and did not.
 * - `recovered`: the list brought an event that no webhook had brought.
 * - `polled`, `poll_failed`: a reading of `/v1/events` ended, well or not.
 * - `answered`, `unanswered`: Stripe answered a request of ours, or did not.
 * - `paused`, `resumed`: proving was found paused, or running again.
 */
export type SignKind =
  | 'accepted'
  | 'refused'
  | 'undelivered'
  | 'recovered'
  | 'polled'
  | 'poll_failed'
  | 'answered'
  | 'unanswered'
  | 'paused'
  | 'resumed';

export interface Sign {
  /** The last time, by our clock. */
  at: Date;
  /** The first time since the opposite was last seen. */
  since: Date;
  /** The time at Stripe that it speaks of. */
  position: Date | null;
  count: number;
  detail: string | null;
}

interface SignRow extends Sign, Source {
  sign: SignKind;
}

/** What refused deliveries are noted under: they are of no account that anybody could prove. */
export const ANYBODY: Source = { account: '', livemode: false };

const opposites: Readonly<Partial<Record<SignKind, SignKind>>> = {
  recovered: 'accepted',
  polled: 'poll_failed',
  poll_failed: 'polled',
  answered: 'unanswered',
  unanswered: 'answered',
  paused: 'resumed',
  resumed: 'paused',
};

const DETAIL_MAX = 300;
const SKEW_MS = 120_000;

/** The latest sign of each kind: noted in memory, and shared with the other processes of the database by `exchange`. */
export interface Signs {
  note(source: Source, kind: SignKind, more?: { detail?: string; position?: Date | null }): void;
  get(source: Source, kind: SignKind): Sign | undefined;
  /** Writes what is new, reads what others wrote. */
  exchange(database: Queryable): Promise<void>;
}

export function createSigns(clock: Clock): Signs {
  const rows = new Map<string, SignRow>();
  /** How often each was noted here since it was last written. */
  const unwritten = new Map<string, number>();
  let readUpTo: Date | null = null;
  let exchanging: Promise<void> = Promise.resolve();

  const merge = (theirs: SignRow): void => {
    const text = textOf(theirs, theirs.sign);
    const ours = rows.get(text);
    const count = theirs.count + (unwritten.get(text) ?? 0);
    const latest = ours === undefined || theirs.at > ours.at ? theirs : ours;
    rows.set(text, { ...latest, position: later(ours?.position ?? null, theirs.position), count });
  };

  const exchange = async (database: Queryable): Promise<void> => {
    const written = [...unwritten];
    const news = written.map(([text, times]) => ({ ...(rows.get(text) as SignRow), count: times }));
    if (news.length > 0) await database.query(write(news));
    for (const [text, times] of written) {
      const left = (unwritten.get(text) ?? 0) - times;
      if (left > 0) unwritten.set(text, left);
      else unwritten.delete(text);
    }
    // What others wrote may be dated by a clock that is behind ours.
    const from = readUpTo === null ? null : new Date(readUpTo.getTime() - SKEW_MS);
    const at = clock.now();
    for (const row of await database.query<SignRow>(read(from))) merge(row);
    readUpTo = at;
  };

  return {
    note(source, kind, { detail, position = null } = {}) {
      const text = textOf(source, kind);
      const before = rows.get(text);
      const opposite = opposites[kind];
      const against = opposite === undefined ? undefined : rows.get(textOf(source, opposite));
      const goesOn = before !== undefined && (against === undefined || against.at < before.at);
      const at = clock.now();
      rows.set(text, {
        account: source.account,
        livemode: source.livemode,
        sign: kind,
        at,
        since: goesOn ? before.since : at,
        position: later(before?.position ?? null, position),
        count: (before?.count ?? 0) + 1,
        detail: detail?.slice(0, DETAIL_MAX) ?? null,
      });
      unwritten.set(text, (unwritten.get(text) ?? 0) + 1);
    },
    get: (source, kind) => rows.get(textOf(source, kind)),
    // One after the other: two at once would count what is new twice.
    exchange(database) {
      const mine = exchanging.then(() => exchange(database));
      exchanging = mine.catch(() => {});
      return mine;
    },
  };
}

function textOf({ account, livemode }: Source, kind: SignKind): string {
  return `${account} ${livemode} ${kind}`;
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

const read = (from: Date | null) => sql`
  select account, livemode, sign, at, since, position, count, detail from lockstep.signs
  where ${from}::timestamptz is null or at >= ${from}::timestamptz`;

// In the order of the key: two processes that write the same signs take their locks in one order.
const write = (news: readonly SignRow[]) => sql`
  insert into lockstep.signs as s (account, livemode, sign, at, since, position, count, detail)
  select account, livemode, sign, at, since, position, count, detail
  from jsonb_to_recordset(${json(news)}::jsonb) as n(account text, livemode boolean, sign text, at timestamptz,
    since timestamptz, position timestamptz, count bigint, detail text)
  order by account, livemode, sign
  on conflict (account, livemode, sign) do update set
    at = greatest(s.at, excluded.at),
    since = case when excluded.at > s.at then excluded.since else s.since end,
    detail = case when excluded.at > s.at then excluded.detail else s.detail end,
    position = greatest(s.position, excluded.position),
    count = s.count + excluded.count`;
