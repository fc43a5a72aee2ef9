import { compareKeys, keyText, type ObjectKey, type Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, trusted, type Sql } from '../store/sql.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Hint } from './hint.js';

/** A mark as it stands after a hint. */
export interface Mark extends ObjectKey {
  gen: number;
  /** A snapshot was shown while a read was under way: nothing more is shown until a proof. */
  suspended: boolean;
  /** Nothing had hinted at the object before. */
  isNew: boolean;
}

/** The right to prove one object: the token was drawn, and the gen remembered, before the read begins. */
export interface Claim extends ObjectKey {
  /** The account whose key reads it: the object's own, or the platform that it is connected to. */
  platform: string;
  gen: number;
  token: number;
  parents: Record<string, string>;
  attempts: number;
  /** An event spoke of the object since it was last proven. */
  heard: boolean;
  /** There has been one hint at it since it was marked, and no other. */
  once: boolean;
  hintedAt: Date;
  lane: Lane;
}

/**
 * Why a mark was claimed before others:
 * - `urgent`: the order of its events is in doubt, so nothing is shown until it is proven, or somebody waits for it;
 * - `fresh`: an event was about it a moment ago;
 * - `backlog`: it has waited longest.
 */
export type Lane = 'urgent' | 'fresh' | 'backlog';

export interface ClaimOptions {
  /** How many at most, of all lanes together. */
  limit: number;
  now: Date;
  leaseMs: number;
  /** The accounts whose keys this process has; marks of others are left to others. */
  homes: readonly Source[];
  /** How many urgent and fresh ones at most, and which object types not at all. Default: `limit`, and none. */
  ahead?: Share;
  /** The same for the backlog. */
  backlog?: Share;
}

export interface Share {
  limit: number;
  without: readonly string[];
}

/** What a renewal found: whether each claim is still held, and whether its lease was moved. */
export interface Renewed {
  token: number;
  /** False where another transaction has the mark locked at this moment: the next renewal moves it. */
  renewed: boolean;
}

/** A mark under its lock. */
export interface LockedMark {
  gen: number;
  token: number | null;
  shown: boolean;
  /** The proven state that a shown snapshot stands over. */
  prior: { data: StripeObject } | null;
  /** An event spoke of the object since it was last proven. */
  heard: boolean;
  /** Some hook, of whatever process, is about objects of this type. */
  watched: boolean;
}

/** How a claim that came to nothing goes back. */
export interface Return {
  now: Date;
  /** When it is due again; if a hint arrived in between, `soon` instead. */
  due: Date;
  soon: Date;
  reason: string;
  dead: boolean;
}

/** The dirty set: one mark for each object hinted at and not yet proven. */
export interface Marks {
  /**
   * Marks objects as hinted at: each mark's gen moves, also where it already stands, so that a proof that began before
   * cannot clear it. Locks the marks, in key order, until the transaction ends.
   */
  mark(tx: Queryable, hints: readonly Hint[], at: Date): Promise<Mark[]>;
  /** Notes on the marks that snapshots are shown now, and which proven state each stands over. */
  noteShown(tx: Queryable, shown: readonly (ObjectKey & { prior: { data: unknown } | null })[]): Promise<void>;
  /**
   * Claims due marks: urgent ones first, the longest waiting first; then fresh ones, the latest first; then the longest due.
   * Committed before the caller reads anything from Stripe.
   */
  claim(options: ClaimOptions): Promise<Claim[]>;
  /** Moves the leases of the claims that are still held, and tells which those are. Never waits for a lock. */
  renew(claims: readonly Claim[], now: Date, leaseMs: number): Promise<Renewed[]>;
  /** When the next mark falls due or the next lease ends; undefined while nothing is marked. */
  nextDue(homes: readonly Source[], now: Date): Promise<Date | undefined>;
  /** Gives a claim back unproven: due at once, or at `due`. */
  release(claim: Claim, due?: Date): Promise<void>;
  /** Gives a claim back unproven, and from then on it waits by age. */
  postpone(claim: Claim, due: Date): Promise<void>;
  /** Gives a claim back with the reason why it failed. */
  giveBack(claim: Claim, how: Return): Promise<void>;
  /** The mark is locked first everywhere; nothing about it changes until the transaction ends. */
  lock(tx: Queryable, key: ObjectKey): Promise<LockedMark | undefined>;
  clear(tx: Queryable, keys: readonly ObjectKey[]): Promise<void>;
  /** Written, but hinted at since the claim: one more round. */
  again(tx: Queryable, claim: Claim, due: Date): Promise<void>;
  /** Not written, because a snapshot was shown in between: nothing more is shown until a proof. */
  suspend(tx: Queryable, key: ObjectKey, due: Date): Promise<void>;
  /** Of the objects, those not yet proven by a read that began after their gen was drawn. */
  unproven(keys: readonly (ObjectKey & { gen: number })[]): Promise<ObjectKey[]>;
  /** The ids that are marked, of one type. */
  ids(source: Source, type: string): Promise<string[]>;
  /** How many of one type are dead letters. */
  dead(source: Source, type: string): Promise<number>;
}

export function createMarks(database: Database): Marks {
  return {
    async mark(tx, hints, at) {
      const distinct = [...new Map(hints.map((hint) => [keyText(hint), hint])).values()].sort(compareKeys);
      return distinct.length === 0 ? [] : tx.query<Mark>(upsertMarks(distinct, at));
    },
    noteShown: async (tx, shown) => void (await tx.query(noteShown(shown))),
    claim: (options) => database.query<Claim>(claimDue(options)),
    async renew(claims, now, leaseMs) {
      return claims.length === 0 ? [] : database.query<Renewed>(renewLeases(claims, now, leaseMs));
    },
    async nextDue(homes, now) {
      const [row] = await database.query<{ at: Date | null }>(nextDue(homes, now));
      return row?.at ?? undefined;
    },
    async release({ token, ...key }, due) {
      await database.query(sql`
        update lockstep.dirty set token = null, leased_until = null, due_at = coalesce(${due ?? null}::timestamptz, due_at)
        where ${is(key)} and token = ${token}`);
    },
    async postpone({ token, ...key }, due) {
      await database.query(sql`
        update lockstep.dirty
        set token = null, leased_until = null, due_at = ${due}::timestamptz, rank = ${BY_AGE}, ranked_at = null
        where ${is(key)} and token = ${token}`);
    },
    giveBack: async (claim, how) => void (await database.query(giveBack(claim, how))),
    async lock(tx, key) {
      const [row] = await tx.query<LockedMark>(sql`
        select gen, token, shown, prior, heard,
          exists (select from lockstep.hooks h where h.topic = ${key.type} and h.kind in ('change', 'after')) as watched
        from lockstep.dirty where ${is(key)} for update`);
      return row;
    },
    async clear(tx, keys) {
      if (keys.length === 0) return;
      await tx.query(sql`
        delete from lockstep.dirty d
        using jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text)
        where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`);
    },
    async again(tx, { gen, ...key }, due) {
      await tx.query(sql`
        update lockstep.dirty
        set token = null, leased_until = null, suspended = false, prior = null, attempts = 0, proven_gen = ${gen},
            due_at = ${due}::timestamptz
        where ${is(key)}`);
    },
    async suspend(tx, key, due) {
      await tx.query(sql`
        update lockstep.dirty
        set token = null, leased_until = null, suspended = true, shown = false, due_at = ${due}::timestamptz,
            rank = ${URGENT}, ranked_at = ${due}::timestamptz
        where ${is(key)}`);
    },
    unproven: (keys) =>
      database.query<ObjectKey>(sql`
        select r.account, r.livemode, r.type, r.id
        from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text, gen bigint)
        join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
        where d.first_gen <= r.gen              -- a younger mark: the one that was waited for has been cleared
          and coalesce(d.proven_gen, 0) < r.gen`),
    async ids({ account, livemode }, type) {
      const rows = await database.query<{ id: string }>(sql`
        select id from lockstep.dirty where account = ${account} and livemode = ${livemode} and type = ${type}`);
      return rows.map(({ id }) => id);
    },
    async dead({ account, livemode }, type) {
      const [row] = await database.query<{ count: number }>(sql`
        select count(*) as count from lockstep.dirty
        where account = ${account} and livemode = ${livemode} and type = ${type} and dead_since is not null`);
      return row?.count ?? 0;
    },
  };
}

const is = ({ account, livemode, type, id }: ObjectKey): Sql =>
  sql`account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id}`;

/** As the column `rank` says it. */
const URGENT = trusted('0');
const FRESH = trusted('1');
const BY_AGE = trusted('2');
/** How long an event makes its object fresh. */
export const FRESH_MS = 30_000;
/** What has failed so often waits by age, however many events are about it: it would take the place of what can be proven. */
export const FAILED_OFTEN = 3;

// An event after the first makes it fresh again; a waiting caller keeps its place.
const isRanked = trusted(`(excluded.rank < d.rank or excluded.rank = 1 and d.rank = 1)
        and not (excluded.rank = 1 and d.attempts >= ${FAILED_OFTEN})`);

const upsertMarks = (hints: readonly Hint[], at: Date): Sql => sql`
  insert into lockstep.dirty as d
    (account, livemode, type, id, parents, heard, hinted_at, due_at, gen, first_gen, rank, ranked_at)
  select account, livemode, type, id, parents, coalesce(heard, false), ${at}::timestamptz, ${at}::timestamptz, drawn, drawn,
    case when awaited then ${URGENT} when heard then ${FRESH} else ${BY_AGE} end,
    case when awaited or heard then ${at}::timestamptz end
  from (
    select r.*, nextval('lockstep.tick') as drawn
    from jsonb_to_recordset(${json(hints)}::jsonb)
      as r(account text, livemode boolean, type text, id text, parents jsonb, heard boolean, awaited boolean)
  ) r
  on conflict (account, livemode, type, id) do update
  set gen = nextval('lockstep.tick'),     -- drawn under the row's lock: a later hint has a larger gen
      due_at = case when d.attempts > 0 then least(d.due_at, excluded.due_at) else d.due_at end,
      dead_since = null,
      heard = d.heard or excluded.heard,
      parents = d.parents || excluded.parents,
      rank = case when ${isRanked} then excluded.rank else d.rank end,
      ranked_at = case when ${isRanked} then excluded.ranked_at else d.ranked_at end
  returning d.account, d.livemode, d.type, d.id, d.gen, d.suspended, d.xmax = 0 as "isNew"`; // nobody has ever locked or replaced a row just inserted

const noteShown = (shown: readonly unknown[]): Sql => sql`
  update lockstep.dirty d
  set shown = d.shown or d.token is not null,    -- a read is under way: its proof must not overwrite this
      prior = coalesce(d.prior, r.prior)
  from jsonb_to_recordset(${json(shown)}::jsonb) as r(account text, livemode boolean, type text, id text, prior jsonb)
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;

const claimDue = ({ limit, now, leaseMs, homes, ...shares }: ClaimOptions): Sql => {
  const { ahead = { limit, without: [] }, backlog = { limit, without: [] } } = shares;
  return sql`
    select account, livemode, type, id, platform, gen, token, parents, attempts, heard, once, hinted_at as "hintedAt", lane
    from lockstep.claim_marks(${json(homes)}::jsonb, ${limit}::integer,
      ${ahead.limit}::integer, ${json(ahead.without)}::jsonb, ${backlog.limit}::integer, ${json(backlog.without)}::jsonb,
      ${now}::timestamptz, ${after(now, leaseMs)}::timestamptz, ${impossible(now)}::timestamptz,
      ${after(now, -FRESH_MS)}::timestamptz, ${after(now, FRESH_MS)}::timestamptz)`;
};

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

// A batch of marks is locked in key order by others; this one takes only what nobody holds, so that it cannot wait in a ring.
const renewLeases = (claims: readonly Claim[], now: Date, leaseMs: number): Sql => sql`
  with held as (
    select d.account, d.livemode, d.type, d.id, d.token
    from jsonb_to_recordset(${json(claims.map(({ account, livemode, type, id, token }) => ({ account, livemode, type, id, token })))}::jsonb)
      as r(account text, livemode boolean, type text, id text, token bigint)
    join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
    where d.token = r.token
  ),
  open as (
    select d.account, d.livemode, d.type, d.id, d.token
    from held r join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
    where d.token = r.token
    for update of d skip locked
  ),
  moved as (
    update lockstep.dirty d set leased_until = ${now}::timestamptz + ${leaseMs}::float8 * interval '1 ms'
    from open r where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
    returning d.token
  )
  select h.token, exists (select from moved m where m.token = h.token) as renewed from held h`;

/** No back-off and no lease reaches this far, a hook's neither: such a time was written by a clock that was ahead. */
export const LONGEST_WAIT_MS = 2 * 60 * 60_000;
/** Times beyond this one count as past. */
export const impossible = (now: Date): Date => new Date(now.getTime() + LONGEST_WAIT_MS);

const nextDue = (homes: readonly Source[], now: Date): Sql =>
  sql`select lockstep.next_due(${json(homes)}::jsonb, ${now}::timestamptz) as at`;

const giveBack = ({ token, gen, ...key }: Claim, { now, due, soon, reason, dead }: Return): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, attempts = attempts + 1,
      due_at = case when gen = ${gen} then ${due}::timestamptz else ${soon}::timestamptz end,
      reason = ${reason},
      rank = case when gen = ${gen} then ${BY_AGE} else rank end,
      ranked_at = case when gen = ${gen} then null else ranked_at end,
      dead_since = case when ${dead}::boolean and gen = ${gen} then coalesce(dead_since, ${now}::timestamptz) end
  where ${is(key)} and token = ${token}`;
