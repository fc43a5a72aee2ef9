import type { Clock } from '../../kernel/clock.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';

/** How events came in the last day. */
export interface Traffic {
  /** By webhook. */
  webhook: number;
  /** Found in Stripe's list, after no webhook had brought them. */
  poll: number;
  /** When the last one came by webhook; null: none in that time. */
  webhookAt: Date | null;
  /** When the last one came from the list; null: none in that time. */
  pollAt: Date | null;
}

const DAY_MS = 24 * 60 * 60_000;
/** So many of the newest events say enough. */
const COUNTED_MAX = 10_000;

export async function readTraffic(database: Queryable, clock: Clock): Promise<Traffic> {
  const from = new Date(clock.now().getTime() - DAY_MS);
  const [traffic] = await database.query<Traffic>(sql`
    select count(*) filter (where i.feed = 'webhook') as webhook, count(*) filter (where i.feed = 'poll') as poll,
      max(i.received_at) filter (where i.feed = 'webhook') as "webhookAt", max(i.received_at) filter (where i.feed = 'poll') as "pollAt"
    from (
      select feed, received_at from lockstep.inbox where received_at > ${from}::timestamptz
      order by received_at desc limit ${COUNTED_MAX}
    ) i`);
  return traffic ?? { webhook: 0, poll: 0, webhookAt: null, pollAt: null };
}
