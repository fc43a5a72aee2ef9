import { rowsOf } from '../mirror/row.js';
import { show, type Snapshot, type Standing } from '../mirror/show.js';
import { keyText, type ObjectKey } from '../mirror/source.js';
import type { Mirror, Mirrored } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
import type { Arrival } from './arrival.js';
import { mark } from './mark.js';

export interface Accepted {
  /** `stored`, or `duplicate` where the inbox already had the event: one for each arrival, in order. */
  outcomes: ('stored' | 'duplicate')[];
  /** Objects whose snapshot is now shown. */
  shown: ObjectKey[];
}

/**
 * Takes a batch of events in, inside the caller's transaction: stores each, marks the objects of the new ones, and shows
 * the snapshots that may be shown. Only here is anything shown, and only together with its mark.
 */
export async function accept(tx: Queryable, mirror: Mirror, arrivals: readonly Arrival[], at: Date): Promise<Accepted> {
  const stored = await store(tx, arrivals);
  const fresh = firstOfEach(arrivals).filter((arrival) => stored.has(eventText(arrival)));
  const marks = await mark(
    tx,
    fresh.flatMap(({ hint }) => hint ?? []),
    at,
  );
  const suspended = new Set(marks.filter((each) => each.suspended).map(keyText));
  const candidates = fresh.flatMap(({ hint, snapshot }) =>
    hint !== null && snapshot?.showable === true && !suspended.has(keyText(hint)) ? [{ hint, snapshot }] : [],
  );
  const shown = await showAll(tx, mirror, candidates.sort(byCreated));
  const firsts = new Set(fresh);
  return { outcomes: arrivals.map((arrival) => (firsts.has(arrival) ? 'stored' : 'duplicate')), shown };
}

async function store(tx: Queryable, arrivals: readonly Arrival[]): Promise<Set<string>> {
  const rows = await tx.query<{ account: string; livemode: boolean; id: string }>(insertEvents(firstOfEach(arrivals)));
  return new Set(rows.map(eventText));
}

interface Candidate {
  hint: ObjectKey;
  snapshot: Snapshot;
}

async function showAll(tx: Queryable, mirror: Mirror, candidates: readonly Candidate[]): Promise<ObjectKey[]> {
  if (candidates.length === 0) return [];
  const before = await mirror.read(
    tx,
    candidates.map(({ hint }) => hint),
  );
  const standing = new Map([...before].map(([key, row]) => [key, standingOf(row)]));
  // The last snapshot of an object that may be shown stands for all of them, with its children as a whole.
  const shown = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { hint, snapshot } = candidate;
    if (show(standing.get(keyText(hint)), snapshot) === 'leave') continue;
    standing.set(keyText(hint), { data: snapshot.data, tombstone: false, proven: false, asOf: snapshot.created });
    shown.set(keyText(hint), candidate);
  }
  if (shown.size === 0) return [];
  const keys = [...shown.values()].map(({ hint: { account, livemode, type, id } }) => ({
    account,
    livemode,
    type,
    id,
  }));
  await tx.query(noteShown(keys.map((key) => ({ ...key, prior: priorOf(before.get(keyText(key))) }))));
  const parts = [...shown.values()].map(({ snapshot }, index) =>
    rowsOf(keys[index] as ObjectKey, snapshot.data, { provenAt: null, asOf: snapshot.created }),
  );
  await mirror.write(tx, {
    rows: parts.flatMap(({ rows }) => rows),
    childSets: parts.flatMap(({ childSets }) => childSets),
  });
  return keys;
}

function byCreated(a: Candidate, b: Candidate): number {
  return a.snapshot.created.getTime() - b.snapshot.created.getTime();
}

function standingOf({ data, deleted, provenAt, asOf }: Mirrored): Standing {
  return { data, tombstone: deleted, proven: provenAt !== null, asOf };
}

/** The proven state that a shown snapshot is about to stand over: kept, so that proof is compared with proof. */
function priorOf(row: Mirrored | undefined): { data: unknown } | null {
  return row !== undefined && row.provenAt !== null ? { data: row.data } : null;
}

function eventText({ account, livemode, id }: Pick<Arrival, 'account' | 'livemode' | 'id'>): string {
  return `${account} ${livemode ? 'live' : 'test'} ${id}`;
}

// Sorted by id: two receivers that store the same events meet them in the same order.
function firstOfEach(arrivals: readonly Arrival[]): Arrival[] {
  const firsts = new Map<string, Arrival>();
  for (const arrival of arrivals) if (!firsts.has(eventText(arrival))) firsts.set(eventText(arrival), arrival);
  return [...firsts.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

// The bodies are joined into one jsonb parameter as they are: nothing is parsed or escaped a second time.
const insertEvents = (arrivals: readonly Arrival[]): Sql => sql`
  insert into lockstep.inbox (created, account, livemode, id, type, api_version, object_type, object_id, feed, quarantine, body)
  select created, account, livemode, id, type, "apiVersion", "objectType", "objectId", feed, quarantine, body
  from jsonb_to_recordset(${`[${arrivals.map(eventJson).join(',')}]`}::jsonb)
    as r(created timestamptz, account text, livemode boolean, id text, type text, "apiVersion" text, "objectType" text,
         "objectId" text, feed text, quarantine text, body jsonb)
  on conflict do nothing
  returning account, livemode, id`;

function eventJson({ hint: _hint, snapshot: _snapshot, body, ...columns }: Arrival): string {
  return `${json(columns).slice(0, -1)},"body":${body}}`;
}

const noteShown = (shown: readonly unknown[]): Sql => sql`
  update lockstep.dirty d
  set shown = d.shown or d.token is not null,    -- a read is under way: its proof must not overwrite this
      prior = coalesce(d.prior, r.prior)
  from jsonb_to_recordset(${json(shown)}::jsonb) as r(account text, livemode boolean, type text, id text, prior jsonb)
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;
