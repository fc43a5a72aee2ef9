import { followsFrom, isGone, lastState, valueOf, type History } from './history.js';
import type { Scenario } from './scenario.js';
import { nextGeneration, RowIs, setMark, WorkerAt, type Row, type Worker, type World } from './world.js';

/** Part of accept's transaction: shows an event's snapshot if that is allowed. */
export function showSnapshot({ rule, history }: Scenario, world: World, event: number): void {
  if (rule.show === 'never' || isGone(history, event)) return;
  if (world.wentRound === 1 && rule.afterRound === 'shows nothing') return;
  if (!mayShow(rule, history, world, event)) return;
  showRow(history, world, event, world.created[event] ?? 0);
}

function mayShow(rule: Scenario['rule'], history: History, { row, created }: World, event: number): boolean {
  if (row.is === RowIs.absent) return true;
  if (row.is === RowIs.tombstone) return rule.showOverTombstone === 'allowed';
  const older = (created[event] ?? 0) <= row.asOf;
  if (older && (row.proven === 0 || rule.showOverProven === 'the read that proved it')) return false;
  return followsFrom(history, row.state, event);
}

/** Puts a state into the row that no proof stands for yet; whoever is proving learns of it. */
export function showRow(history: History, world: World, state: number, asOf: number): void {
  for (const worker of world.workers) if (worker.at !== WorkerAt.idle) worker.shownSince = 1;
  writeRow(history, world, { is: RowIs.live, state, children: state, proven: 0, asOf });
}

/** The transaction that ends a proof; the token has been checked. */
export function writeProof({ rule, history }: Scenario, world: World, worker: Worker): void {
  const { generation, read, children } = worker;
  const mayGoRound = rule.overtaken === 'goes round once' && world.wentRound === 0;
  if (worker.shownSince === 1 && world.row.proven === 0 && mayGoRound) {
    world.wentRound = 1;
    return;
  }
  const cleared =
    rule.clear === 'always' ||
    world.mark === generation ||
    (rule.clear === 'up to its generation' && world.mark <= generation);
  if (cleared) world.mark = 0;
  world.outlived = cleared ? 0 : 1;
  world.wentRound = 0;
  world.seen.provenGeneration = Math.max(world.seen.provenGeneration, generation);
  const gone = isGone(history, read) || worker.leftOut === 1;
  if (gone && world.row.is === RowIs.absent && rule.gone === 'leaves a tombstone where a row was') return;
  const is = gone ? RowIs.tombstone : RowIs.live;
  writeRow(history, world, { is, state: read, children, proven: 1, asOf: worker.readSecond });
}

/** What a page of a listing does with the object, given what it decided. */
export function applyListing({ rule, history }: Scenario, world: World, decision: Decision): void {
  const { read, readSecond } = world.listing;
  const live = { is: RowIs.live, state: read, children: read, proven: 1, asOf: readSecond };
  if (decision === Decision.mark) setMark(world, nextGeneration(world));
  if (decision === Decision.overwrite)
    writeRow(history, world, isListed(history, read) ? live : { ...live, is: RowIs.tombstone });
  if (decision !== Decision.insert || world.row.is !== RowIs.absent) return;
  if (world.mark === 0 || rule.listedNew === 'proven') return writeRow(history, world, live);
  setMark(world, nextGeneration(world));
  showRow(history, world, read, readSecond);
}

export const Decision = { nothing: 0, insert: 1, mark: 2, overwrite: 3 } as const;
export type Decision = (typeof Decision)[keyof typeof Decision];

export function decideListing({ rule, history }: Scenario, { row, mark, listing }: World): Decision {
  const listed = isListed(history, listing.read);
  if (listed && row.is === RowIs.absent) return Decision.insert;
  const same = listed ? rowValue(history, row) === valueOf(history, listing.read, listing.read) : row.is !== RowIs.live;
  if (!same) return rule.listedOther === 'overwrites the row' ? Decision.overwrite : Decision.mark;
  const remark = listed ? rule.listedMarked === 'is marked again' : rule.unlisted === 'marks rows and marked objects';
  return mark > 0 && remark ? Decision.mark : Decision.nothing;
}

export const isListed = (history: History, state: number) => state > 0 && !isGone(history, state);

/** What a reader of the row sees. */
export function rowValue(history: History, row: Row): string {
  return row.is === RowIs.absent ? valueOf(history, 0, 0) : valueOf(history, row.state, row.children);
}

function writeRow(history: History, world: World, row: Row): void {
  world.row = row;
  if (row.proven === 1) {
    world.seen.proven = Math.max(world.seen.proven, row.state);
    world.seen.provenChildren = Math.max(world.seen.provenChildren, row.children);
    if (row.is === RowIs.tombstone) world.seen.end = 1;
  }
  noteReader(history, world);
}

/** Moves the reader to the earliest state, not before the one it is at, that looks like the row. */
function noteReader(history: History, world: World): void {
  // Parent and children are read by two requests, so together they need not look like any one state.
  if (history.children) return;
  const value = rowValue(history, world.row);
  let state = world.seen.reader;
  while (state <= world.source && valueOf(history, state, state) !== value) state++;
  if (state > Math.min(world.source, lastState(history))) world.seen.ranBack = 1;
  else world.seen.reader = state;
}
