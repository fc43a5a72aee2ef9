import type { Lane, Share } from '../inbox/marks.js';

/** A proof under way. */
export interface Place {
  lane: Lane;
  type: string;
}

export interface PlacesOptions {
  concurrency: number;
  underWay: readonly Place[];
  /** How long a read of a type would wait for its endpoint's rate, in milliseconds. */
  waitMs: (type: string) => number;
  /** The types whose endpoints may be short: those read of late. */
  types: Iterable<string>;
  /** How many claims were made before. Counts where there is only one place to share. */
  turn: number;
}

/** What may be claimed now. */
export interface ClaimPlaces {
  limit: number;
  ahead: Share;
  backlog: Share;
  /** When a type that is left out may be claimed again, in milliseconds from now; Infinity: none is left out for its rate. */
  againMs: number;
}

/** Reads of the backlog wait so long for their endpoint at most: what is fresh queues behind them. */
const BACKLOG_WAIT_MS = 200;
/** So long is less than a proof by another way takes; a longer wait comes of a 429, and a claim would hold its place all the while. */
const AHEAD_WAIT_MS = 1_000;

/**
 * How the places of a worker are shared. What goes ahead (urgent and fresh) and the backlog may each hold three quarters of
 * them, so that a quarter is always left to the other; as all of them wait for the same rates in turn, a quarter of the
 * places is a quarter of the budget. One type may hold three quarters too: an endpoint that does not answer leaves the
 * rest to others. A type whose reads would only wait is not claimed.
 */
export function places({ concurrency, underWay, waitMs, types, turn }: PlacesOptions): ClaimPlaces {
  const most = concurrency - quarterOf(concurrency);
  const held = (which: (place: Place) => boolean): number => underWay.filter(which).length;
  const backlogHeld = held(({ lane }) => lane === 'backlog');
  const full = new Set(
    [...new Set(underWay.map(({ type }) => type))].filter((type) => held((place) => place.type === type) >= most),
  );
  const waits = [...types].map((type) => ({ type, ms: waitMs(type) }));
  const without = (longestMs: number): string[] => [
    ...new Set([...full, ...waits.filter(({ ms }) => ms > longestMs).map(({ type }) => type)]),
  ];
  const limit = Math.max(0, concurrency - underWay.length);
  // Of a single place every fourth claim is the backlog's first.
  const isBacklogsTurn = concurrency === 1 && turn % 4 === 3;
  return {
    limit,
    ahead: {
      limit: isBacklogsTurn ? 0 : Math.min(limit, Math.max(0, most - (underWay.length - backlogHeld))),
      without: without(AHEAD_WAIT_MS),
    },
    backlog: { limit: Math.min(limit, Math.max(0, most - backlogHeld)), without: without(BACKLOG_WAIT_MS) },
    againMs: Math.min(
      Infinity,
      ...waits.filter(({ ms }) => ms > BACKLOG_WAIT_MS).map(({ ms }) => Math.max(1, ms - BACKLOG_WAIT_MS)),
    ),
  };
}

function quarterOf(concurrency: number): number {
  return concurrency === 1 ? 0 : Math.max(1, Math.floor(concurrency / 4));
}
