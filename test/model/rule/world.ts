/** All that can be true at one moment: Stripe, the events on their way, our two tables, two workers and one listing. */
export interface World {
  /** How many changes Stripe has made; the state it is in. */
  source: number;
  /** The wall clock, in seconds. */
  second: number;
  /** `created` of the event of change i. */
  readonly created: number[];
  /** Where the event of change i is: an `EventAt`. */
  readonly events: number[];
  /** The generation drawn for event i before its transaction; 0: none. */
  readonly drawn: number[];
  /** 1: event i is committed and waits to be shown in a transaction of its own. */
  readonly showDue: number[];

  /** The generation of the object's mark; 0: not marked. */
  mark: number;
  /** 1: the mark has outlived a proof, since a hint came while it was read. */
  outlived: number;
  /** Who holds the claim: 0 nobody, 1 or 2 a worker, 3 one that crashed. */
  owner: number;
  expired: number;
  readonly workers: readonly [Worker, Worker];

  row: Row;
  /** 1: a proof went round because of a snapshot, and nothing has been proven since. */
  wentRound: number;

  listing: Listing;
  past: Past;
  /** 1 + the state on a page that was asked for before its claim; 0: there is none. */
  page: number;
  readonly left: Budget;
  readonly seen: Ghost;
}

export const EventAt = { nowhere: 0, underway: 1, answeredOnly: 2, stored: 3, lost: 4 } as const;
export const WorkerAt = { idle: 0, claimed: 1, read: 2, readChildren: 3, remembered: 4, checked: 5 } as const;
export const RowIs = { absent: 0, live: 1, tombstone: 2 } as const;
export const ListingAt = { idle: 0, read: 1, compared: 2 } as const;

export interface Worker {
  at: number;
  /** The generation it will clear. */
  generation: number;
  /** The states of the source that its reads saw, and the Date of the answer. */
  read: number;
  children: number;
  readSecond: number;
  /** 1: a snapshot was shown since it claimed. */
  shownSince: number;
  /** 1: what it takes for its read is a page that does not show the object. */
  leftOut: number;
}

/**
 * A moment that pages may be behind to: as long ago as a list may be behind. It can be any moment, so it is a step of its
 * own, and every page is measured from the last one.
 */
export interface Past {
  source: number;
  /** The generation of the mark then; 0: not marked. */
  mark: number;
}

export interface Row {
  is: number;
  /** The states of the source that it and its children were taken from. */
  state: number;
  children: number;
  proven: number;
  /** `created` of the snapshot it shows, or the Date of the read that proved it. */
  asOf: number;
}

export interface Listing {
  at: number;
  read: number;
  readSecond: number;
  /** 1: it began after the last change. */
  final: number;
  /** What a comparison made too early decided. */
  decided: number;
}

/** How often each misfortune may still happen. */
export interface Budget {
  duplicates: number;
  losses: number;
  expiries: number;
  crashes: number;
  listings: number;
  /** Pages that stand in for the read of a claimed object. */
  pages: number;
}

/** What only the checker remembers, to judge by. */
export interface Ghost {
  /** The state the source was in at the last recorded hint. */
  hinted: number;
  /** The latest state ever proven, and its children's. */
  proven: number;
  provenChildren: number;
  /** 1: the end of the object has been proven. */
  end: number;
  /** 1: a listing begun after the last change was applied. */
  swept: number;
  /** The generation of our own write's mark, and the highest one proven. */
  ownGeneration: number;
  provenGeneration: number;
  /** The earliest state that explains all a reader has seen so far, and whether there was none. */
  reader: number;
  ranBack: number;
}

const idle = (): Worker => ({
  at: 0,
  generation: 0,
  read: 0,
  children: 0,
  readSecond: 0,
  shownSince: 0,
  leftOut: 0,
});

export function firstWorld(changes: number, left: Budget): World {
  const none = () => Array.from({ length: changes + 1 }, () => 0);
  return {
    ...{ source: 0, second: 1, created: none(), events: none(), drawn: none(), showDue: none() },
    ...{ mark: 0, outlived: 0, owner: 0, expired: 0, workers: [idle(), idle()], wentRound: 0, left: { ...left } },
    row: { is: RowIs.absent, state: 0, children: 0, proven: 0, asOf: 0 },
    listing: { at: 0, read: 0, readSecond: 0, final: 0, decided: 0 },
    past: { source: 0, mark: 0 },
    page: 0,
    seen: {
      ...{ hinted: 0, proven: 0, provenChildren: 0, end: 0, swept: 0 },
      ...{ ownGeneration: 0, provenGeneration: 0, reader: 0, ranBack: 0 },
    },
  };
}

export function copyWorld(world: World): World {
  return {
    source: world.source,
    second: world.second,
    created: world.created.slice(),
    events: world.events.slice(),
    drawn: world.drawn.slice(),
    showDue: world.showDue.slice(),
    mark: world.mark,
    outlived: world.outlived,
    owner: world.owner,
    expired: world.expired,
    workers: [{ ...world.workers[0] }, { ...world.workers[1] }],
    row: { ...world.row },
    wentRound: world.wentRound,
    listing: { ...world.listing },
    past: { ...world.past },
    page: world.page,
    left: { ...world.left },
    seen: { ...world.seen },
  };
}

/** A generation newer than all that anybody still remembers. */
export function nextGeneration({ mark, past, workers: [one, two], seen, drawn }: World): number {
  return (
    Math.max(mark, past.mark, one.generation, two.generation, seen.ownGeneration, seen.provenGeneration, ...drawn) + 1
  );
}

/** One transaction's hint: the mark, and what the checker notes about it. */
export function setMark(world: World, generation: number): void {
  world.mark = generation;
  world.seen.hinted = world.source;
}

export function resetWorker(worker: Worker): void {
  worker.at = WorkerAt.idle;
  worker.generation = worker.read = worker.children = worker.readSecond = 0;
  worker.shownSince = worker.leftOut = 0;
}
