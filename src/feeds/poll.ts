import { arrivalOf } from '../inbox/arrival.js';
import type { Inbox } from '../inbox/inbox.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../mirror/source.js';
import type { Database } from '../store/database.js';
import { sql } from '../store/sql.js';
import type { Gateway } from '../stripe/gateway.js';

export interface PollOptions {
  database: Database;
  gateway: Gateway;
  inbox: Inbox;
  source: Source;
  clock: Clock;
  log: Log;
  /** Between two polls. Default 2 s. */
  everyMs?: number | undefined;
}

export interface PollFeed {
  start(): void;
  /** Reads everything since the cursor once; the number of events that were new. */
  poll(): Promise<number>;
  stop(): Promise<void>;
}

/** `/v1/events` is eventually consistent: an event may appear later than a newer one. Everything this recent is read again. */
export const OVERLAP_MS = 60_000;
const PAGES_MAX = 1_000;

/** Events without a webhook: the same inbox, fed by reading `/v1/events` from a cursor that overlaps. */
export function createPollFeed({
  database,
  gateway,
  inbox,
  source,
  clock,
  log,
  everyMs = 2_000,
}: PollOptions): PollFeed {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const poll = async (): Promise<number> => {
    const since = (await cursor(database, source)) ?? (await firstPosition());
    let began: Date | undefined; // by Stripe's clock, which also dates the events; ours may be wrong by a day
    let fresh = 0;
    let after: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const parameters = { created: { gte: Math.floor(since.getTime() / 1_000) }, starting_after: after };
      const { data, hasMore, readAt } = await gateway.list('/v1/events', parameters, stopping.signal);
      began ??= readAt;
      const arrivals = data.flatMap((event) => arrivalOf(JSON.stringify(event), source, 'poll') ?? []);
      const outcomes = await Promise.all(arrivals.map((arrival) => inbox.accept(arrival)));
      fresh += outcomes.filter((outcome) => outcome === 'stored').length;
      after = data.at(-1)?.id;
      if (!hasMore || after === undefined) break;
    }
    if (began !== undefined) await advance(database, source, new Date(began.getTime() - OVERLAP_MS));
    return fresh;
  };

  // Events from before the very first poll are history: a listing reads the objects themselves.
  const firstPosition = async (): Promise<Date> => {
    const { readAt } = await gateway.list('/v1/events', { limit: 1 }, stopping.signal);
    return new Date(readAt.getTime() - OVERLAP_MS);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await poll();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ event: 'poll.failed', reason: messageOf(error) });
      }
      await clock.sleep(everyMs, stopping.signal);
    }
  };

  return {
    start: () => void (running ??= run()),
    poll,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function cursor(database: Database, { account, livemode }: Source): Promise<Date | undefined> {
  const [row] = await database.query<{ position: Date }>(sql`
    select position from lockstep.cursors where account = ${account} and livemode = ${livemode} and feed = 'poll'`);
  return row?.position;
}

async function advance(database: Database, { account, livemode }: Source, position: Date): Promise<void> {
  await database.query(sql`
    insert into lockstep.cursors as c (account, livemode, feed, position)
    values (${account}, ${livemode}, 'poll', ${position}::timestamptz)
    on conflict (account, livemode, feed) do update set position = greatest(c.position, excluded.position)`);
}
