import { EventAt, RowIs, WorkerAt, type World, type Worker } from './world.js';

/**
 * A world as a short string, the same for worlds that differ in nothing that can still matter: which worker is called
 * first, how large the generations are (their order is all that counts), the times of snapshots that nobody will show.
 * The plain loops are for speed: this runs for every step of every world, some ten million times in the long check.
 */
export function packWorld(world: World): string {
  forgetTimes(world);
  forgetPast(world);
  rankGenerations(world);
  const [one, two] = world.workers;
  const swapped = isLess(one, two);
  const { row, listing, past, left, seen } = world;
  const owner = swapped && (world.owner === 1 || world.owner === 2) ? 3 - world.owner : world.owner;
  const cells = [world.source, world.second, world.mark, owner, world.expired, world.wentRound];
  cells.push(row.is, row.state, row.children, row.proven, row.asOf);
  pushWorker(cells, swapped ? two : one);
  pushWorker(cells, swapped ? one : two);
  cells.push(listing.at, listing.read, listing.readSecond, listing.final, listing.decided);
  cells.push(past.source, past.mark, world.page, world.outlived);
  cells.push(left.duplicates, left.losses, left.expiries, left.crashes, left.listings, left.pages);
  cells.push(seen.hinted, seen.proven, seen.provenChildren, seen.end, seen.swept);
  cells.push(seen.ownGeneration, seen.provenGeneration, seen.reader, seen.ranBack);
  for (const list of [world.created, world.events, world.drawn, world.showDue])
    for (const cell of list) cells.push(cell);
  return String.fromCharCode.apply(null, cells);
}

export function unpackWorld(packed: string): World {
  let index = 0;
  const next = () => packed.charCodeAt(index++);
  const [source, second, mark, owner, expired, wentRound] = [next(), next(), next(), next(), next(), next()];
  const row = { is: next(), state: next(), children: next(), proven: next(), asOf: next() };
  const workers: World['workers'] = [unpackWorker(next), unpackWorker(next)];
  const listing = { at: next(), read: next(), readSecond: next(), final: next(), decided: next() };
  const past = { source: next(), mark: next() };
  const page = next();
  const outlived = next();
  const left = {
    duplicates: next(),
    losses: next(),
    expiries: next(),
    crashes: next(),
    listings: next(),
    pages: next(),
  };
  const seen = {
    hinted: next(),
    proven: next(),
    provenChildren: next(),
    end: next(),
    swept: next(),
    ownGeneration: next(),
    provenGeneration: next(),
    reader: next(),
    ranBack: next(),
  };
  const size = (packed.length - index) / 4;
  const created = unpackList(size, next);
  const events = unpackList(size, next);
  const drawn = unpackList(size, next);
  const showDue = unpackList(size, next);
  return {
    source,
    second,
    created,
    events,
    drawn,
    showDue,
    mark,
    owner,
    expired,
    workers,
    row,
    wentRound,
    listing,
    past,
    page,
    outlived,
    left,
    seen,
  };
}

const unpackWorker = (next: () => number): Worker => ({
  at: next(),
  generation: next(),
  read: next(),
  children: next(),
  readSecond: next(),
  shownSince: next(),
  leftOut: next(),
});

function unpackList(size: number, next: () => number): number[] {
  const list: number[] = [];
  for (let index = 0; index < size; index++) list.push(next());
  return list;
}

function pushWorker(cells: number[], worker: Worker): void {
  const { at, generation, read, children, readSecond, shownSince, leftOut } = worker;
  cells.push(at, generation, read, children, readSecond, shownSince, leftOut);
}

/** An order of workers; which one does not matter, only that there is one. */
function isLess(one: Worker, two: Worker): boolean {
  if (one.at !== two.at) return one.at < two.at;
  if (one.generation !== two.generation) return one.generation < two.generation;
  if (one.read !== two.read) return one.read < two.read;
  if (one.children !== two.children) return one.children < two.children;
  if (one.readSecond !== two.readSecond) return one.readSecond < two.readSecond;
  if (one.shownSince !== two.shownSince) return one.shownSince < two.shownSince;
  return one.leftOut < two.leftOut;
}

/** A snapshot's time matters until it is shown or refused, and the row's while a snapshot may still come. */
function forgetTimes(world: World): void {
  let mayShow = world.source < world.events.length - 1;
  for (let event = 1; event <= world.source; event++) {
    const at = world.events[event];
    const waits = at === EventAt.underway || at === EventAt.answeredOnly || world.showDue[event] === 1;
    if (waits || (at === EventAt.stored && world.left.duplicates > 0)) mayShow = true;
    else world.created[event] = 0;
  }
  if (mayShow && world.row.is !== RowIs.absent) return;
  world.row.asOf = 0;
  if (mayShow) return;
  world.listing.readSecond = 0;
  for (const worker of world.workers) if (worker.at !== WorkerAt.idle) worker.readSecond = 0;
}

/** Only a list that is still to come is measured from the past. */
function forgetPast(world: World): void {
  const { past, left } = world;
  if (left.pages === 0) world.outlived = 0;
  if (left.pages + left.listings === 0) past.source = past.mark = 0;
}

function rankGenerations(world: World): void {
  const { workers, past, seen, drawn } = world;
  const known: number[] = [];
  note(known, world.mark);
  note(known, past.mark);
  note(known, workers[0].generation);
  note(known, workers[1].generation);
  note(known, seen.ownGeneration);
  note(known, seen.provenGeneration);
  for (const generation of drawn) note(known, generation);
  if (known.length > 1) known.sort((a, b) => a - b);
  world.mark = known.indexOf(world.mark) + 1;
  past.mark = known.indexOf(past.mark) + 1;
  workers[0].generation = known.indexOf(workers[0].generation) + 1;
  workers[1].generation = known.indexOf(workers[1].generation) + 1;
  seen.ownGeneration = known.indexOf(seen.ownGeneration) + 1;
  seen.provenGeneration = known.indexOf(seen.provenGeneration) + 1;
  for (let event = 0; event < drawn.length; event++) drawn[event] = known.indexOf(drawn[event] ?? 0) + 1;
}

function note(known: number[], generation: number): void {
  if (generation > 0 && !known.includes(generation)) known.push(generation);
}
