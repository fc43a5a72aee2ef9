import type { AcceptOutcome } from '../inbox/accept.js';
import { arrivalOf, type Arrival, type SourceOf } from '../inbox/arrival.js';
import type { Inbox } from '../inbox/inbox.js';
import type { Reached, Sources } from '../inbox/sources.js';
import { assignSource, type Home } from '../inbox/assign-source.js';
import type { Clock } from '../kernel/clock.js';
import { messageOf } from '../kernel/error.js';
import type { Log } from '../kernel/log.js';
import type { Source } from '../kernel/source.js';
import type { Database } from '../store/database.js';
import { failureOf } from '../store/failure.js';
import type { ListPage } from '../stripe/gateway.js';
import type { Gateways } from '../stripe/gateways.js';
import type { Cursors } from './cursors.js';

export interface PollDeps {
  database: Database;
  cursors: Cursors;
  sources: Sources;
  gateways: Gateways;
  inbox: Inbox;
  homes: readonly Home[];
  clock: Clock;
  log: Log;
  /** Called when events since the cursor have expired at Stripe. Only a full listing finds what they reported. */
  onGap: (source: Reached, since: Date) => Promise<void>;
  /** Called with every page of events that is read, whatever it was read for. */
  onListed: (source: Reached, page: ListPage) => void;
  /** Called when the events of a source were read to the end, or, with `error`, could not be. */
  onPolled: (source: Reached, error?: unknown) => void;
  /** Whether this process polls by itself, asked before each time. Default: it does. */
  isOurs?: (() => Promise<boolean>) | undefined;
}

export interface PollConfig {
  /** Milliseconds between two polls. 0: only `poll()` polls. */
  readonly everyMs: number;
}

/** In Stripe's list, an event may appear after a newer one. So each poll reads the last minute again. */
export const OVERLAP_MS = 60_000;
/** Stripe lists the events of the last 30 days. This is one day less, so that no event expires during a poll. */
const EVENTS_MS = 29 * 24 * 60 * 60_000;
/** Under this name the cursor of Stripe's list is kept. */
export const POLL_FEED = 'poll';
/** How many events `readNewest` reads. */
const NEWEST_MAX = 20;

/** Reads Stripe's list of events into the inbox. It works without a webhook, or in addition to one. */
export class PollFeed {
  readonly #deps: PollDeps;
  readonly #config: PollConfig;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(deps: PollDeps, config: PollConfig) {
    this.#deps = deps;
    this.#config = config;
  }

  start(): void {
    if (this.#config.everyMs > 0) this.#running ??= this.#run();
  }

  /** Reads the events of every source since its cursor, once. Returns how many were new. */
  async poll(): Promise<number> {
    let fresh = 0;
    for (const source of await this.#reached()) fresh += await this.#pollAndReport(source);
    return fresh;
  }

  /** Reads the newest events of a source and stores nothing. */
  async readNewest(source: Reached): Promise<void> {
    const { gateways, onListed } = this.#deps;
    const page = await gateways(source).list('/v1/events', { limit: NEWEST_MAX }, { signal: this.#stopping.signal });
    onListed(source, page);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, isOurs = () => Promise.resolve(true) } = this.#deps;
    while (!this.#stopping.signal.aborted) {
      const sources = (await isOurs()) ? await this.#reached().catch(() => []) : [];
      for (const source of sources) {
        await this.#pollAndReport(source).catch((error: unknown) => this.#warn(source, error));
      }
      await clock.sleep(this.#config.everyMs, this.#stopping.signal);
    }
  }

  async #pollAndReport(source: Reached): Promise<number> {
    const { onPolled } = this.#deps;
    try {
      const fresh = await pollSource(this.#deps, source, this.#stopping.signal);
      onPolled(source);
      return fresh;
    } catch (error) {
      if (!this.#stopping.signal.aborted) onPolled(source, error);
      throw error;
    }
  }

  #reached(): Promise<Reached[]> {
    const { sources, database, homes } = this.#deps;
    return sources.reachedFrom(database, homes);
  }

  #warn({ account, livemode }: Source, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#deps.log.warn({ event: 'poll.failed', account, livemode, reason: messageOf(error) });
  }
}

/** Reads the events of a source since its cursor, and moves the cursor. Returns how many were new. */
async function pollSource(deps: PollDeps, source: Reached, signal: AbortSignal): Promise<number> {
  const { cursors, homes, log, onGap } = deps;
  const { account, livemode, platform } = source;
  const home = homes.find((each) => each.account === platform && each.livemode === livemode);
  if (home === undefined) return 0;
  const cursor = await cursors.position(source, POLL_FEED);
  const since = cursor ?? (await firstPosition(deps, source, signal));
  const { began, fresh } = await readEvents(deps, { source, home, since, signal });
  if (cursor !== undefined && cursor.getTime() < began.getTime() - EVENTS_MS) {
    log.error({ event: 'poll.gap', account, livemode, since: cursor });
    await onGap(source, cursor);
  }
  await cursors.advance(source, POLL_FEED, new Date(began.getTime() - OVERLAP_MS));
  return fresh;
}

/** The time that the first poll begins at. Older events are not needed: a listing reads the objects themselves. */
async function firstPosition({ gateways }: PollDeps, source: Reached, signal: AbortSignal): Promise<Date> {
  const { readAt } = await gateways(source).list('/v1/events', { limit: 1 }, { signal });
  return new Date(readAt.getTime() - OVERLAP_MS);
}

/**
 * Stores every event since `since`. Returns how many were new, and when the reading began. That time is by Stripe's
 * clock, which dates the events; our own clock may be wrong.
 */
async function readEvents(
  deps: PollDeps,
  { source, home, since, signal }: { source: Reached; home: Home; since: Date; signal: AbortSignal },
): Promise<{ began: Date; fresh: number }> {
  const { gateways, homes, onListed } = deps;
  // A list has the events of one account. They name that account only if it is a connected one.
  const sourceOf: SourceOf = (event) =>
    assignSource(homes, home, { ...event, account: event.account ?? source.account });
  let began: Date | undefined;
  let fresh = 0;
  for (let after: string | undefined; ;) {
    const parameters = { created: { gte: Math.floor(since.getTime() / 1_000) }, starting_after: after };
    const page = await gateways(source).list('/v1/events', parameters, { signal });
    onListed(source, page);
    began ??= page.readAt;
    const arrivals = page.data.flatMap((event) => arrivalOf(JSON.stringify(event), sourceOf, 'poll') ?? []);
    const outcomes = await Promise.all(arrivals.map((arrival) => accept(deps, arrival)));
    fresh += outcomes.filter((outcome) => outcome === 'stored').length;
    after = page.data.at(-1)?.id;
    if (!page.hasMore || after === undefined) return { began, fresh };
  }
}

/** Stores an event. An event that the database can never store is logged and left out; then it returns undefined. */
async function accept({ inbox, log }: PollDeps, arrival: Arrival): Promise<AcceptOutcome | undefined> {
  try {
    return await inbox.accept(arrival);
  } catch (error) {
    if (failureOf(error) !== 'data') throw error;
    const { id, type, objectId } = arrival;
    log.error({ event: 'poll.event_not_stored', id, type, object: objectId, reason: messageOf(error) });
    return undefined;
  }
}
