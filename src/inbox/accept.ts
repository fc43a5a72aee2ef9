import { rowsOf, tombstoneOf, type MirrorRows } from '../mirror/row.js';
import { keepUnasked, report, show, type Snapshot, type StandingState } from '../mirror/show.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Mirror, Mirrored } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import type { Arrival } from './arrival.js';
import { bareArrival } from './bare.js';
import type { Events } from './events.js';
import type { Marks } from './marks.js';
import type { Reached, Sources } from './sources.js';

export interface Accepted {
  /** For each arrival, in order: `stored`, or `duplicate` if the inbox already had the event. */
  outcomes: AcceptOutcome[];
  /** Objects whose snapshot is now shown. */
  shown: ObjectKey[];
  /** Connected accounts of which this was the first verified event. */
  bound: Reached[];
}

export type AcceptOutcome = 'stored' | 'duplicate';

export interface AcceptDeps {
  events: Events;
  marks: Marks;
  mirror: Mirror;
  sources: Sources;
  /** In the transaction: new events that some hook is about, and of two twins only the first. */
  onStored?: ((tx: Queryable, arrivals: readonly Arrival[]) => Promise<void>) | undefined;
}

/**
 * Accepts a batch of events, inside the caller's transaction: stores each, marks the objects of the new ones, and shows
 * the snapshots that may be shown. Nothing else shows a snapshot, and each is shown together with its mark.
 */
export async function accept(
  tx: Queryable,
  { events, marks, mirror, sources, onStored }: AcceptDeps,
  given: readonly Arrival[],
  at: Date,
): Promise<Accepted> {
  const arrivals = await withoutErased(tx, mirror, given);
  const bound = await bindConnected(tx, sources, arrivals);
  const firsts = firstOfEach(arrivals);
  const stored = new Map((await events.store(tx, firsts)).map((event) => [eventText(event), event]));
  const fresh = firsts.filter((arrival) => stored.has(eventText(arrival)));
  const first = fresh.filter((arrival) => stored.get(eventText(arrival))?.twinKnown === false);
  // A report counts even behind its thin twin, because the twin names an object that no read will ever show.
  const telling = fresh.filter((arrival) => first.includes(arrival) || arrival.snapshot?.reportedOnly === true);
  const marked = await marks.mark(
    tx,
    telling.flatMap(({ id, hints }) => hints.map((hint) => ({ ...hint, heard: true, events: [id] }))),
    at,
  );
  const watched = first.filter((arrival) => stored.get(eventText(arrival))?.watched);
  if (watched.length > 0) await onStored?.(tx, watched); // after the marks, so that their proof is younger than the event
  const suspended = new Set(marked.filter((each) => each.suspended).map(keyText));
  const candidates = telling
    .flatMap(({ snapshot }) => (snapshot === null ? [] : [snapshot]))
    .sort((a, b) => a.created.getTime() - b.created.getTime());
  const shown = await showAll(
    tx,
    { marks, mirror },
    candidates.filter(({ key, showable }) => showable && !suspended.has(keyText(key))),
  );
  const reported = await reportAll(
    tx,
    mirror,
    candidates.filter(({ reportedOnly }) => reportedOnly),
  );
  const news = new Set(fresh);
  const outcomes = arrivals.map((arrival) => (news.has(arrival) ? 'stored' : 'duplicate'));
  return { outcomes, shown: [...shown, ...reported], bound };
}

/** Of an event about something that was erased, only that it came is kept: it marks and shows nothing, and has no body. */
async function withoutErased(tx: Queryable, mirror: Mirror, arrivals: readonly Arrival[]): Promise<Arrival[]> {
  const leftOut = await mirror.leftOut(tx, arrivals);
  return arrivals.map((arrival, place) => (leftOut[place] === null ? arrival : bareArrival(arrival, 'erased')));
}

type Candidate = Snapshot & { key: ObjectKey };

async function showAll(
  tx: Queryable,
  { marks, mirror }: Pick<AcceptDeps, 'marks' | 'mirror'>,
  candidates: readonly Candidate[],
): Promise<ObjectKey[]> {
  if (candidates.length === 0) return [];
  const before = await mirror.read(
    tx,
    candidates.map(({ key }) => key),
  );
  const standing = new Map([...before].map(([text, row]) => [text, standingOf(row)]));
  // The last snapshot of an object that may be shown stands for all of them, with its children as a whole.
  const shown = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const text = keyText(candidate.key);
    const stands = standing.get(text);
    if (show(stands, candidate) === 'leave') continue;
    const data = keepUnasked(candidate.key.type, candidate.data, stands?.data);
    standing.set(text, { data, tombstone: false, proven: false, asOf: candidate.created });
    shown.set(text, { ...candidate, data });
  }
  if (shown.size === 0) return [];
  const all = [...shown.values()];
  await marks.noteShown(
    tx,
    all.map(({ key }) => ({ ...key, prior: priorOf(before.get(keyText(key))) })),
  );
  await mirror.write(
    tx,
    merged(all.map(({ key, data, created }) => rowsOf(key, data, { provenAt: null, asOf: created }))),
  );
  return all.map(({ key }) => key);
}

/** Objects that no read will prove: the latest report is kept. */
async function reportAll(tx: Queryable, mirror: Mirror, candidates: readonly Candidate[]): Promise<ObjectKey[]> {
  if (candidates.length === 0) return [];
  const before = await mirror.read(
    tx,
    candidates.map(({ key }) => key),
  );
  const standing = new Map([...before].map(([text, row]) => [text, standingOf(row)]));
  const written = new Map<string, { key: ObjectKey; rows: MirrorRows }>();
  for (const candidate of candidates) {
    const { key, data, created: asOf } = candidate;
    const decision = report(standing.get(keyText(key)), candidate);
    if (decision === 'leave') continue;
    const at = { provenAt: null, asOf };
    const rows = decision === 'bury' ? tombstoneOf(key, at) : rowsOf(key, data, at);
    standing.set(keyText(key), { data, tombstone: decision === 'bury', proven: false, asOf });
    written.set(keyText(key), { key, rows });
  }
  await mirror.write(tx, merged([...written.values()].map(({ rows }) => rows)));
  return [...written.values()].map(({ key }) => key);
}

async function bindConnected(tx: Queryable, sources: Sources, arrivals: readonly Arrival[]): Promise<Reached[]> {
  const connected = new Map<string, Reached>();
  for (const { account, livemode, platform, quarantine } of arrivals) {
    if (quarantine === null && account !== platform)
      connected.set(`${account} ${livemode}`, { account, livemode, platform });
  }
  const sorted = [...connected].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reached]) => reached);
  return sorted.length === 0 ? [] : sources.bind(tx, sorted);
}

function merged(sets: readonly MirrorRows[]): MirrorRows {
  return { rows: sets.flatMap(({ rows }) => rows), childSets: sets.flatMap(({ childSets }) => childSets) };
}

function standingOf({ data, deleted, provenAt, asOf }: Mirrored): StandingState {
  return { data, tombstone: deleted, proven: provenAt !== null, asOf };
}

/** The proven state that a snapshot is about to replace. It is kept, so that a proof is compared with a proof. */
function priorOf(row: Mirrored | undefined): { data: unknown } | null {
  return row !== undefined && row.provenAt !== null ? { data: row.data } : null;
}

function eventText({ account, livemode, id }: Pick<Arrival, 'account' | 'livemode' | 'id'>): string {
  return `${account} ${livemode ? 'live' : 'test'} ${id}`;
}

// Sorted by id: two receivers that store the same events meet them in the same order.
export function firstOfEach<T extends Arrival>(arrivals: readonly T[]): T[] {
  const firsts = new Map<string, T>();
  for (const arrival of arrivals) if (!firsts.has(eventText(arrival))) firsts.set(eventText(arrival), arrival);
  return [...firsts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
