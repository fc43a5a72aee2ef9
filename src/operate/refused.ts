import type { Source } from '../kernel/source.js';
import type { RefusalReason } from '../feeds/refusal.js';
import { ANYBODY } from '../engine/signs.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { amountOf, type RoughCount } from './rough-count.js';

/** What came and was not taken. */
export interface RefusedReport {
  /** Deliveries whose signature was not valid. Anybody can send them. */
  refused: { count: number; at: Date | null };
  /** Why the latest of them were refused, and bodies that were too large. The last thousand are kept. */
  reasons: RefusedFor[];
  /** When a delivery was last accepted, per account; null: none was. */
  accepted: (Source & { at: Date | null })[];
  /** Events that were kept and changed nothing, by reason. */
  ignored: Ignored[];
}

/** Refused deliveries of one reason. */
export interface RefusedFor {
  reason: RefusalReason;
  /** Of those that are kept. */
  count: number;
  lastAt: Date;
  /** The event that the last of them says it is, if it names one. */
  lastEvent: string | null;
}

export interface Ignored extends Source {
  reason: string;
  events: RoughCount;
  /** When the last one came. */
  lastAt: Date;
  lastId: string;
  lastType: string;
}

const COUNTED_MAX = 10_000;

export async function readRefused(database: Queryable): Promise<RefusedReport> {
  const [refused] = await database.query<{ count: number; at: Date }>(sql`
    select count, at from lockstep.signs
    where account = ${ANYBODY.account} and livemode = ${ANYBODY.livemode} and sign = 'refused'`);
  const accepted = await database.query<Source & { at: Date | null }>(sql`
    select s.account, s.livemode, a.at from lockstep.sources s
    left join lockstep.signs a on a.account = s.account and a.livemode = s.livemode and a.sign = 'accepted'
    order by s.bound_at, s.account`);
  const ignored = await database.query<Omit<Ignored, 'events'> & { counted: number }>(sql`
    select q.quarantine as reason, q.account, q.livemode, count(*) as counted, max(q.received_at) as "lastAt",
      (array_agg(q.id order by q.received_at desc))[1] as "lastId", (array_agg(q.type order by q.received_at desc))[1] as "lastType"
    from (
      select quarantine, account, livemode, received_at, id, type from lockstep.inbox
      where quarantine is not null limit ${COUNTED_MAX + 1}
    ) q
    group by q.quarantine, q.account, q.livemode order by 5 desc`);
  const reasons = await database.query<RefusedFor>(sql`
    select f.reason, count(*) as count, max(f.at) as "lastAt",
      (array_agg(f.event_id order by f.number desc))[1] as "lastEvent"
    from lockstep.refusals f group by f.reason order by 3 desc`);
  return {
    reasons,
    refused: { count: refused?.count ?? 0, at: refused?.at ?? null },
    accepted,
    ignored: ignored.map(({ counted, ...one }) => ({ ...one, events: amountOf(counted, COUNTED_MAX, null) })),
  };
}
