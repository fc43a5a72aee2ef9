import type { AcceptOutcome } from '../inbox/accept.js';
import { arrivalOf, type Arrival } from '../inbox/arrival.js';
import type { Inbox } from '../inbox/inbox.js';
import type { Reached, Sources } from '../inbox/sources.js';
import { whose, type Home } from '../inbox/whose.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import type { Cursors } from './cursors.js';

export interface PollOptions {
  database: Database;
  cursors: Cursors;
  sources: Sources;
  gateways: Gateways;
  inbox: Inbox;
  homes: readonly Home[];
  clock: Clock;
  log: Log;
  /** Between two polls. 0: only on request. */
  everyMs: number;
  /** Events between the cursor and now have expired at Stripe: only a full listing finds what they said. */
  onGap: (source: Reached, since: Date) => Promise<void>;
  /** A page of Stripe's list of events, for any caller. */
  onListed?: ((source: Reached, page: ListPage) => void) | undefined;
  /** The events of a source were read to the end, or could not be. */
  onPolled?: ((source: Reached, error?: unknown) => void) | undefined;
}

export interface PollFeed {
  start(): void;
  /** Reads everything since the cursor once, of every source; the number of events that were new. */
  poll(): Promise<number>;
  /** Reads the newest events of a source, only to look at them: nothing is stored. */
  look(source: Reached): Promise<void>;
  stop(): Promise<void>;
}

/** `/v1/events` is eventually consistent: an event may appear later than a newer one. Everything this recent is read again. */
export const OVERLAP_MS = 60_000;
/** Stripe lists events of the last 30 days; a day less, so that none expires while it is read. */
const EVENTS_MS = 29 * 24 * 60 * 60_000;
const FEED = 'poll';
const LOOK = 20;

/** Events without a webhook, or behind one: the same inbox, fed by reading `/v1/events` from a cursor that overlaps. */
export function createPollFeed(options: PollOptions): PollFeed {
  const { database, cursors, sources, gateways, inbox, homes, clock, log, everyMs, onGap, onListed, onPolled } =
    options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  /** What the database can never store is said aloud, and holds up no other event. */
  const accept = async (arrival: Arrival): Promise<AcceptOutcome | undefined> => {
    try {
      return await inbox.accept(arrival);
    } catch (error) {
      if (failureOf(error) !== 'data') throw error;
      const { id, type, objectId } = arrival;
      log.error({ event: 'poll.event_not_stored', id, type, object: objectId, reason: messageOf(error) });
      return undefined;
    }
  };

  const pollOne = async (reached: Reached): Promise<number> => {
    const gateway = gateways(reached);
    const signal = stopping.signal;
    const home = homes.find(({ account, livemode }) => account === reached.platform && livemode === reached.livemode);
    if (home === undefined) return 0;
    const cursor = await cursors.position(reached, FEED);
    const since = cursor ?? (await firstPosition(reached));
    // What an account's own list says is about that account; its events name it only where it is a connected one.
    const asks = (event: { account: string | undefined; livemode: boolean }) =>
      whose(homes, home, { ...event, account: event.account ?? reached.account });
    let began: Date | undefined; // by Stripe's clock, which also dates the events; ours may be wrong by a day
    let fresh = 0;
    for (let after: string | undefined; ;) {
      const parameters = { created: { gte: Math.floor(since.getTime() / 1_000) }, starting_after: after };
      const page = await gateway.list('/v1/events', parameters, { signal });
      const { data, hasMore, readAt } = page;
      onListed?.(reached, page);
      began ??= readAt;
      const arrivals = data.flatMap((event) => arrivalOf(JSON.stringify(event), asks, 'poll') ?? []);
      const outcomes = await Promise.all(arrivals.map(accept));
      fresh += outcomes.filter((outcome) => outcome === 'stored').length;
      after = data.at(-1)?.id;
      if (!hasMore || after === undefined) break;
    }
    if (cursor !== undefined && cursor.getTime() < began.getTime() - EVENTS_MS) {
      log.error({ event: 'poll.gap', account: reached.account, livemode: reached.livemode, since: cursor });
      await onGap(reached, cursor);
    }
    await cursors.advance(reached, FEED, new Date(began.getTime() - OVERLAP_MS));
    return fresh;
  };

  // Events from before the very first poll are history: a listing reads the objects themselves.
  const firstPosition = async (reached: Reached): Promise<Date> => {
    const { readAt } = await gateways(reached).list('/v1/events', { limit: 1 }, { signal: stopping.signal });
    return new Date(readAt.getTime() - OVERLAP_MS);
  };

  const pollNoted = async (reached: Reached): Promise<number> => {
    try {
      const fresh = await pollOne(reached);
      onPolled?.(reached);
      return fresh;
    } catch (error) {
      if (!stopping.signal.aborted) onPolled?.(reached, error);
      throw error;
    }
  };

  const poll = async (): Promise<number> => {
    let fresh = 0;
    for (const reached of await sources.reachedFrom(database, homes)) fresh += await pollNoted(reached);
    return fresh;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const reached of await sources.reachedFrom(database, homes).catch(() => [])) {
        await pollNoted(reached).catch((error: unknown) => warn(reached, error));
      }
      await clock.sleep(everyMs, stopping.signal);
    }
  };
  const warn = ({ account, livemode }: Source, error: unknown): void => {
    if (!stopping.signal.aborted) log.warn({ event: 'poll.failed', account, livemode, reason: messageOf(error) });
  };

  return {
    start: () => void (everyMs > 0 && (running ??= run())),
    poll,
    async look(reached) {
      onListed?.(reached, await gateways(reached).list('/v1/events', { limit: LOOK }, { signal: stopping.signal }));
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
