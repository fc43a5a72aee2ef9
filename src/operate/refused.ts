import type { Source } from '../kernel/source.js';
import { ANYBODY } from '../engine/signs.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { amountOf, type RoughCount } from './rough-count.js';

/** What came and was not taken. */
export interface RefusedReport {
  /** Deliveries whose signature was not valid. Nothing of them is kept, because anybody can send them. */
  refused: { count: number; at: Date | null };
  /** When a delivery was last accepted, per account; null: none was. */
  accepted: (Source & { at: Date | null })[];
  /** Events that were kept and changed nothing, by reason. */
  ignored: Ignored[];
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
  return {
    refused: { count: refused?.count ?? 0, at: refused?.at ?? null },
    accepted,
    ignored: ignored.map(({ counted, ...one }) => ({ ...one, events: amountOf(counted, COUNTED_MAX, null) })),
  };
}
