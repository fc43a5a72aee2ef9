import { keyText } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { sql } from '../store/sql.js';
import { firstOfEach, type Accepted } from './accept.js';
import { hasShowFunction } from './accept-functions.js';
import type { Arrival } from './arrival.js';
import { withBody } from './events.js';

/** An event that `acceptAtOnce` takes: a snapshot of an account's own object that a read will prove. Most are. */
export interface OrdinaryArrival extends Arrival {
  quarantine: null;
  twin: null;
  hints: [Arrival['hints'][number]];
  snapshot: NonNullable<Arrival['snapshot']>;
}

export function isOrdinary(arrival: Arrival): arrival is OrdinaryArrival {
  const { account, platform, quarantine, twin, hints, snapshot } = arrival;
  const [hint] = hints;
  return (
    quarantine === null &&
    twin === null &&
    account === platform &&
    hint !== undefined &&
    hints.length === 1 &&
    snapshot !== null &&
    !snapshot.reportedOnly &&
    keyText(hint) === keyText(snapshot.key) &&
    hasShowFunction(hint.type)
  );
}

/**
 * Accepts ordinary events of one source as `accept` does, in a single statement, which is a transaction of its own.
 * undefined: nothing was done, because they need the transaction of `accept`: a hook waits for one of them, the twin of
 * one is known, or one is about something that was erased.
 */
export type AcceptAtOnce = (
  database: Queryable,
  arrivals: readonly OrdinaryArrival[],
  at: Date,
) => Promise<Accepted | undefined>;

export const acceptAtOnce: AcceptAtOnce = async (database, arrivals, at) => {
  const [source] = arrivals;
  if (source === undefined) return { outcomes: [], shown: [], bound: [] };
  const { account, livemode } = source;
  const firsts = firstOfEach(arrivals);
  const [row] = await database.query<{ accepted: AcceptedAtOnce | null }>(sql`
    select lockstep.accept_events(${account}, ${livemode}, ${eventsJson(firsts)}::jsonb, ${at}::timestamptz) as accepted`);
  const accepted = row?.accepted;
  if (accepted == null) return undefined;
  const news = new Set(accepted.stored);
  const isNew = new Map(firsts.map((arrival) => [arrival, news.has(arrival.id)]));
  return {
    outcomes: arrivals.map((arrival) => (isNew.get(arrival) === true ? 'stored' : 'duplicate')),
    shown: accepted.shown.map(([type, id]) => ({ account, livemode, type, id })),
    bound: [],
  };
};

/** What `lockstep.accept_events` returns. */
interface AcceptedAtOnce {
  /** The ids of the events that were new. */
  stored: string[];
  shown: [type: string, id: string][];
}

/** What `lockstep.accept_events` takes. */
function eventsJson(arrivals: readonly OrdinaryArrival[]): string {
  const rounds = roundsOf(arrivals);
  const events = arrivals.map((arrival) => {
    const { id, created, type, apiVersion, feed, body, snapshot, hints, ids } = arrival;
    const { key } = snapshot;
    return withBody(
      {
        ...{ id, created, type, apiVersion, feed, objectType: key.type, objectId: key.id, parents: hints[0].parents },
        ...{ showable: snapshot.showable, round: rounds.get(arrival), ids },
      },
      body,
    );
  });
  return `[${events.join(',')}]`;
}

/** For each event, how many of its object come before it in time: those of one object are shown one after the other. */
function roundsOf(arrivals: readonly OrdinaryArrival[]): Map<OrdinaryArrival, number> {
  const counts = new Map<string, number>();
  const inTime = [...arrivals].sort((a, b) => a.created.getTime() - b.created.getTime());
  return new Map(
    inTime.map((arrival) => {
      const text = keyText(arrival.snapshot.key);
      const before = counts.get(text) ?? 0;
      counts.set(text, before + 1);
      return [arrival, before];
    }),
  );
}
