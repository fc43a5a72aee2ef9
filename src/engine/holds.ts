import type { Clock } from '../kernel/clock.js';
import { LockstepError } from '../kernel/error.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';

/**
 * An operator's pause of one account, and of the accounts connected to it: their events are stored and marked, and
 * nothing is read from Stripe until it is resumed.
 */
export interface Hold extends Source {
  by: string;
  reason: string | null;
  since: Date;
  /** When it ends by itself; null: it does not. */
  until: Date | null;
}

/** The pauses that are in force. */
export function readHolds(database: Queryable, now: Date): Promise<Hold[]> {
  return database.query<Hold>(sql`
    select account, livemode, by_whom as by, reason, since, until from lockstep.holds
    where until is null or until > ${now}::timestamptz order by since, account`);
}

export interface PauseAsk {
  /** Which account; absent: every one that has a key. */
  account?: string | undefined;
  by: string;
  reason?: string | undefined;
  /** When it ends by itself; absent: it does not. */
  until?: Date | undefined;
}

/** Pauses and resumes proving, in every process of the database. */
export interface HoldOperations {
  /** Returns what is paused now. Pausing again replaces the reason and the end. @throws option_invalid no such account */
  pause(ask: PauseAsk): Promise<Hold[]>;
  /** Returns what was paused. @throws option_invalid no such account */
  resume(ask: Pick<PauseAsk, 'account'>): Promise<Hold[]>;
}

export interface HoldDeps {
  database: Queryable;
  clock: Clock;
  /** After a change. This process can follow at once; others follow within seconds. */
  onChange: () => Promise<void>;
}

export function createHoldOperations({ database, clock, onChange }: HoldDeps): HoldOperations {
  return {
    async pause({ account, by, reason, until }) {
      for (const source of await chosen(database, account)) {
        await database.query(sql`
          insert into lockstep.holds as h (account, livemode, by_whom, reason, since, until)
          values (${source.account}, ${source.livemode}, ${by}, ${reason ?? null}, ${clock.now()}::timestamptz, ${until ?? null}::timestamptz)
          on conflict (account, livemode) do update set by_whom = excluded.by_whom, reason = excluded.reason,
            since = case when h.until is null or h.until > excluded.since then h.since else excluded.since end,
            until = excluded.until`);
      }
      await onChange();
      return readHolds(database, clock.now());
    },
    async resume({ account }) {
      const sources = await chosen(database, account);
      const held = (await readHolds(database, clock.now())).filter((hold) => sources.some(isSame(hold)));
      for (const source of sources) {
        await database.query(
          sql`delete from lockstep.holds where account = ${source.account} and livemode = ${source.livemode}`,
        );
      }
      await onChange();
      return held;
    },
  };
}

export const isSame =
  (a: Source) =>
  (b: Source): boolean =>
    a.account === b.account && a.livemode === b.livemode;

/** Accounts that have a key of their own. Connected accounts follow theirs. */
async function chosen(database: Queryable, account: string | undefined): Promise<Source[]> {
  const all = await database.query<Source>(
    sql`select account, livemode from lockstep.sources where account = platform order by bound_at, account`,
  );
  const found = all.filter((source) => account === undefined || source.account === account);
  if (found.length > 0) return found;
  const names = all.map((source) => source.account).join(', ');
  throw new LockstepError(
    'option_invalid',
    account === undefined ? 'This database mirrors no account yet' : `This database reads no ${account} with a key`,
    { hint: names === '' ? 'the first start of lockstep serve binds one' : `use one of: ${names}` },
  );
}
