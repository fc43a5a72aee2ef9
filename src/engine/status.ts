import { factsOfNote } from '../listing/note.js';
import { readWaitingHooks, type WaitingHooks } from '../hooks/hook-letters.js';
import { partitionsDueSince } from '../inbox/maintenance.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import {
  lightOf,
  type Light,
  type LightReason,
  type LightRecord,
  type LightState,
  type SourceRecord,
  type TypeRecord,
} from './light.js';
import { readHolds } from './holds.js';
import { ANYBODY, type Sign, type SignKind, type Signs } from './signs.js';

/** How the mirror stands to Stripe. */
export interface Status {
  /**
   * `in_step`: everything was compared with Stripe, nothing waits, and events arrive. `behind`: objects wait to be read.
   * `not_proven`: some type was never compared. `degraded`: something is broken; `reasons` says what.
   */
  state: LightState;
  /** Since when it is not in step: never later than it really is. null while it is. */
  since: Date | null;
  /** What keeps it from being in step, worst first. */
  reasons: LightReason[];
  /** When this was looked at. */
  at: Date;
  /** Objects hinted at and not yet proven. */
  dirty: number;
  /**
   * Of them, dead letters: reading them failed again and again, and is retried once an hour. `lockstep dead` shows
   * why.
   */
  dead: number;
  /**
   * When every scheduled type was last proven equal by a sweep: the earliest of them. Types that the account does not use, or
   * that would be listed below each of more than 10,000 parents, do not count. null: not all have been.
   */
  provenAt: Date | null;
  /** Events that changed nothing: of another account or mode, or about nothing that could be mirrored. */
  quarantined: number;
  /** Runs of hooks that are still to be made. */
  hooks: WaitingHooks;
  /** Why proving is paused in this process; null while it runs. */
  paused: string | null;
  /** Deliveries that were refused: how many, and when the last one was. Anybody can send one. */
  refused: {
    /** How many, since the database was made. */
    count: number;
    /** When the last one was; null: none was. */
    at: Date | null;
  };
  /** What is known of each account. */
  sources: SourceStatus[];
  /** When each scheduled type was last proven equal by a sweep of everything. */
  sweeps: SweepStatus[];
}

/** What is known of one account. */
export interface SourceStatus extends Source {
  /** When a webhook delivery was last accepted; null: never. */
  acceptedAt: Date | null;
  /** When `/v1/events` was last read to its end; null: never. */
  polledAt: Date | null;
  /** The last reading that failed, where none has gone well since. */
  pollFailure: {
    /** When it was. */
    at: Date;
    /** Why, in words. */
    reason: string;
  } | null;
  /** Whether Stripe answers, and since when it does or does not. null: nothing was asked yet. */
  stripe: {
    /** Whether the last request was answered. */
    reachable: boolean;
    /** Of a Stripe that does not answer: when it last did. */
    since: Date;
    /** What the last failed request met; null: Stripe answers. */
    reason: string | null;
  } | null;
}

/** How one type of one account was last swept. */
export interface SweepStatus extends Source {
  /** The object type. */
  type: string;
  /** The moment of which it is known to be equal; null: it never was. */
  provenAt: Date | null;
  /** How long ago that was, in milliseconds. */
  ageMs: number | null;
  /** Why the last sweep did not end well; null: it did, or none has ended. */
  note: string | null;
}

export interface StatusParts {
  database: Queryable;
  sources: readonly Source[];
  /** What the schedule lists. */
  types: readonly string[];
  signs: Signs;
  /** Why proving is paused in this process. */
  paused: string | null;
  duties: LightRecord['duties'];
  now: Date;
}

export async function readStatus(parts: StatusParts): Promise<Status> {
  const { database, sources, signs, paused, duties, now } = parts;
  const marks = await readMarks(database, sources);
  const types = await readTypes(database, sources, parts.types);
  const bound = await readBound(database, sources, signs);
  const refused = signs.get(ANYBODY, 'refused');
  const [paused_, resumed] = [signs.get(ANYBODY, 'paused'), signs.get(ANYBODY, 'resumed')];
  const due = await partitionsDueSince(database, now);
  const holds = await readHolds(database, now);
  const light = lightOf(
    { ...marks, sources: bound, refused, paused: paused_, resumed, holds, types, duties, partitionsDueSince: due },
    now,
  );
  return {
    ...light,
    at: now,
    dirty: marks.dirty,
    dead: marks.dead,
    provenAt: earliestProof(types),
    quarantined: await countQuarantined(database),
    hooks: await readWaitingHooks(database),
    paused,
    refused: { count: refused?.count ?? 0, at: refused?.at ?? null },
    sources: bound.map(sourceStatus),
    sweeps: types.map((one) => sweepStatus(one, now)),
  };
}

/** The part that anybody may see. */
export type PublicStatus = Pick<Light, 'state' | 'since'> & { ok: boolean; at: Date };

/** Ordinary work leaves objects waiting for a moment: that is well. */
export function publicStatus({ state, since, at }: Pick<Status, 'state' | 'since' | 'at'>): PublicStatus {
  return { ok: state === 'in_step' || state === 'behind', state, since, at };
}

type Marks = Pick<LightRecord, 'dirty' | 'dead' | 'waitingSince' | 'deadSince'>;

async function readMarks(database: Queryable, sources: readonly Source[]): Promise<Marks> {
  const [marks] = await database.query<Marks>(sql`
    select count(*) as dirty, count(d.dead_since) as dead,
      min(d.hinted_at) filter (where d.dead_since is null) as "waitingSince", min(d.hinted_at) filter (where d.dead_since is not null) as "deadSince"
    from lockstep.dirty d join ${ours(sources)} on d.account = r.account and d.livemode = r.livemode`);
  return marks ?? { dirty: 0, dead: 0, waitingSince: null, deadSince: null };
}

export async function readTypes(
  database: Queryable,
  sources: readonly Source[],
  types: readonly string[],
): Promise<TypeRecord[]> {
  return database.query<TypeRecord>(sql`
    select r.account, r.livemode, t.type, proven.at as "provenAt", proven.started as "sweptAt", last.note
    from ${ours(sources)}
    cross join jsonb_array_elements_text(${json(types)}::jsonb) with ordinality as t(type, place)
    left join lateral (
      select max(s.began_at) as at, max(s.started_at) as started from lockstep.sweeps s
      where s.account = r.account and s.livemode = r.livemode and s.type = t.type and s.scope = 'all'
        and s.finished_at is not null and s.note is null
    ) proven on true
    left join lateral (
      select s.note from lockstep.sweeps s
      where s.account = r.account and s.livemode = r.livemode and s.type = t.type and s.scope = 'all' and s.finished_at is not null
      order by s.started_at desc limit 1
    ) last on true
    order by r.account, r.livemode, t.place`);
}

export async function readBound(
  database: Queryable,
  sources: readonly Source[],
  signs: Signs,
): Promise<SourceRecord[]> {
  const bound = await database.query<Source & { boundAt: Date }>(sql`
    select s.account, s.livemode, s.bound_at as "boundAt"
    from lockstep.sources s join ${ours(sources)} on s.account = r.account and s.livemode = r.livemode
    order by s.bound_at, s.account`);
  return bound.map((source) => {
    const sign = (kind: SignKind): Sign | undefined => signs.get(source, kind);
    return {
      ...source,
      accepted: sign('accepted'),
      undelivered: sign('undelivered'),
      polled: sign('polled'),
      pollFailed: sign('poll_failed'),
      answered: sign('answered'),
      unanswered: sign('unanswered'),
      recovered: sign('recovered'),
    };
  });
}

async function countQuarantined(database: Queryable): Promise<number> {
  const [inbox] = await database.query<{ quarantined: number }>(
    sql`select count(*) as quarantined from lockstep.inbox where quarantine is not null`,
  );
  return inbox?.quarantined ?? 0;
}

const ours = (sources: readonly Source[]) =>
  sql`jsonb_to_recordset(${json(sources)}::jsonb) as r(account text, livemode boolean)`;

export function earliestProof(types: readonly TypeRecord[]): Date | null {
  const asked = types.filter(
    ({ provenAt, note }) => provenAt !== null || note === null || !factsOfNote(note).isNotAsked,
  );
  const proofs = asked.map(({ provenAt }) => provenAt?.getTime() ?? null);
  if (proofs.length === 0 || proofs.includes(null)) return null;
  return new Date(Math.min(...(proofs as number[])));
}

export function sourceStatus(source: SourceRecord): SourceStatus {
  const { account, livemode, accepted, polled, pollFailed } = source;
  const failed = pollFailed !== undefined && (polled === undefined || polled.at <= pollFailed.at);
  return {
    account,
    livemode,
    acceptedAt: accepted?.at ?? null,
    polledAt: polled?.at ?? null,
    pollFailure: failed ? { at: pollFailed.at, reason: pollFailed.detail ?? '' } : null,
    stripe: reachOf(source),
  };
}

function reachOf({ answered, unanswered, boundAt }: SourceRecord): SourceStatus['stripe'] {
  if (answered !== undefined && (unanswered === undefined || answered.at > unanswered.at))
    return { reachable: true, since: answered.since, reason: null };
  if (unanswered === undefined) return null;
  return { reachable: false, since: answered?.at ?? boundAt, reason: unanswered.detail };
}

function sweepStatus({ account, livemode, type, provenAt, note }: TypeRecord, now: Date): SweepStatus {
  return { account, livemode, type, provenAt, ageMs: provenAt === null ? null : now.getTime() - +provenAt, note };
}
