import type { Database, Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql } from '../../store/sql.js';
import type { Alarm } from './alarm.js';
import { transitionsOf, type Notice, type OpenAlarm, type Transitions } from './transitions.js';

/** One process at a time; any fixed number but the migrator's and the maintenance's. */
const ADVISORY_LOCK = 4_242_003;

/** A notice that this process may post now. */
export interface ClaimedNotice extends Notice {
  attempts: number;
}

/** The alarms that are open and the notices that are to be posted, shared by the processes of the database. */
export interface Ledger {
  /** Notes what was found. A change becomes a notice, once, whichever process sees it first. */
  note(found: readonly Alarm[], now: Date): Promise<Transitions>;
  /** The next notice that is due. Of one alarm, the earlier one goes first. undefined: none is due. */
  claim(now: Date, leaseMs: number): Promise<ClaimedNotice | undefined>;
  /** It was taken, or nobody will ever take it. */
  remove(id: string): Promise<void>;
  postpone(id: string, due: Date, reason: string): Promise<void>;
}

export function createLedger(database: Database): Ledger {
  return {
    note: (found, now) =>
      database.transaction(async (tx) => {
        await tx.query(sql`select pg_advisory_xact_lock(${ADVISORY_LOCK})`);
        const before = await readOpen(tx);
        const changes = transitionsOf(before, found, now);
        if (before.length === 0 && found.length === 0) return changes;
        await tx.query(sql`delete from lockstep.alarms`);
        if (changes.open.length > 0) await tx.query(insertOpen(changes.open));
        if (changes.notices.length > 0) await tx.query(insertNotices(changes.notices));
        return changes;
      }),
    async claim(now, leaseMs) {
      const until = new Date(now.getTime() + leaseMs);
      const [claimed] = await database.query<ClaimedNotice>(sql`
        update lockstep.alarm_notices n set leased_until = ${until}::timestamptz
        where n.id = (
          select d.id from lockstep.alarm_notices d
          where d.due_at <= ${now}::timestamptz and (d.leased_until is null or d.leased_until <= ${now}::timestamptz)
            and not exists (
              select from lockstep.alarm_notices e where e.alarm = d.alarm and e.made_at < d.made_at)
          order by d.made_at, d.id limit 1 for update skip locked)
        returning n.id, n.alarm, n.made_at as "madeAt", n.body, n.attempts`);
      return claimed;
    },
    remove: async (id) => void (await database.query(sql`delete from lockstep.alarm_notices where id = ${id}`)),
    async postpone(id, due, reason) {
      await database.query(sql`
        update lockstep.alarm_notices
        set attempts = attempts + 1, due_at = ${due}::timestamptz, leased_until = null, reason = ${reason}
        where id = ${id}`);
    },
  };
}

function readOpen(tx: Queryable): Promise<OpenAlarm[]> {
  return tx.query<OpenAlarm>(sql`
    select code, account, livemode, id, severity, since, raised_at as "raisedAt", absent_since as "absentSince", text
    from lockstep.alarms order by raised_at, code`);
}

const insertOpen = (open: readonly OpenAlarm[]) => sql`
  insert into lockstep.alarms (code, account, livemode, id, severity, since, raised_at, absent_since, text)
  select code, account, livemode, id, severity, since, "raisedAt", "absentSince", text
  from jsonb_to_recordset(${json(open)}::jsonb) as o(code text, account text, livemode boolean, id text, severity text,
    since timestamptz, "raisedAt" timestamptz, "absentSince" timestamptz, text text)`;

const insertNotices = (notices: readonly Notice[]) => sql`
  insert into lockstep.alarm_notices (id, alarm, made_at, body, due_at)
  select id, alarm, "madeAt", body, "madeAt"
  from jsonb_to_recordset(${json(notices)}::jsonb) as n(id text, alarm text, "madeAt" timestamptz, body jsonb)
  on conflict (id) do nothing`;
