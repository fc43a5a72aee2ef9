import { compareKeys, keyText, type ObjectKey, type Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
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
}

export interface ClaimOptions {
  limit: number;
  now: Date;
  leaseMs: number;
  /** The accounts whose keys this process has; marks of others are left to others. */
  homes: readonly Source[];
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
  /** When it is due again; where a hint came meanwhile, `soon` instead. */
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
  /** Claims due marks, the longest due first. Committed before the caller reads anything from Stripe. */
  claim(options: ClaimOptions): Promise<Claim[]>;
  /** When the next mark falls due or the next lease ends; undefined while nothing is marked. */
  nextDue(homes: readonly Source[], now: Date): Promise<Date | undefined>;
  /** Gives a claim back unproven: due at once, or at `due`. */
  release(claim: Claim, due?: Date): Promise<void>;
  /** Gives a claim back with the reason why it failed. */
  giveBack(claim: Claim, how: Return): Promise<void>;
  /** The mark is locked first everywhere; nothing about it changes until the transaction ends. */
  lock(tx: Queryable, key: ObjectKey): Promise<LockedMark | undefined>;
  clear(tx: Queryable, keys: readonly ObjectKey[]): Promise<void>;
  /** Written, but hinted at since the claim: one more round. */
  again(tx: Queryable, claim: Claim, due: Date): Promise<void>;
  /** Not written, since a snapshot was shown meanwhile: nothing more is shown until a proof. */
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
    async nextDue(homes, now) {
      const [row] = await database.query<{ at: Date | null }>(nextDue(homes, now));
      return row?.at ?? undefined;
    },
    async release({ token, ...key }, due) {
      await database.query(sql`
        update lockstep.dirty set token = null, leased_until = null, due_at = coalesce(${due ?? null}::timestamptz, due_at)
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
        update lockstep.dirty set token = null, leased_until = null, suspended = true, shown = false, due_at = ${due}::timestamptz
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

const upsertMarks = (hints: readonly Hint[], at: Date): Sql => sql`
  insert into lockstep.dirty as d (account, livemode, type, id, parents, heard, hinted_at, due_at, gen, first_gen)
  select account, livemode, type, id, parents, coalesce(heard, false), ${at}::timestamptz, ${at}::timestamptz, drawn, drawn
  from (
    select r.*, nextval('lockstep.tick') as drawn
    from jsonb_to_recordset(${json(hints)}::jsonb) as r(account text, livemode boolean, type text, id text, parents jsonb, heard boolean)
  ) r
  on conflict (account, livemode, type, id) do update
  set gen = nextval('lockstep.tick'),     -- drawn under the row's lock: a later hint has a larger gen
      due_at = case when d.attempts > 0 then least(d.due_at, excluded.due_at) else d.due_at end,
      dead_since = null,
      heard = d.heard or excluded.heard,
      parents = d.parents || excluded.parents
  returning d.account, d.livemode, d.type, d.id, d.gen, d.suspended, d.xmax = 0 as "isNew"`; // nobody has ever locked or replaced a row just inserted

const noteShown = (shown: readonly unknown[]): Sql => sql`
  update lockstep.dirty d
  set shown = d.shown or d.token is not null,    -- a read is under way: its proof must not overwrite this
      prior = coalesce(d.prior, r.prior)
  from jsonb_to_recordset(${json(shown)}::jsonb) as r(account text, livemode boolean, type text, id text, prior jsonb)
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;

/** The home whose key reaches the mark's account; no row: it is left to others. */
const home = (homes: readonly Source[]): Sql => sql`
  select s.platform from lockstep.sources s
  join jsonb_to_recordset(${json(homes)}::jsonb) as h(account text, livemode boolean)
    on s.platform = h.account and s.livemode = h.livemode
  where s.account = d.account and s.livemode = d.livemode limit 1`;

// In the order of the index on `due_at`, so that a claim costs the same however much is marked. Two workers claim at once;
// neither may wait for the other.
const claimable = (which: Sql, { limit, now, homes }: ClaimOptions): Sql => sql`
  select d.account, d.livemode, d.type, d.id, h.platform
  from lockstep.dirty d cross join lateral (${home(homes)}) h
  where ${which}
    and (d.leased_until is null or d.leased_until < ${now}::timestamptz or d.leased_until > ${impossible(now)}::timestamptz)
  order by d.due_at limit ${limit}
  for update of d skip locked`;

const claimDue = (options: ClaimOptions): Sql => sql`
  with past as (${claimable(sql`d.due_at <= ${options.now}::timestamptz`, options)}),
  ahead as (${claimable(sql`d.due_at > ${impossible(options.now)}::timestamptz`, options)}),
  due as (select * from past union all select * from ahead limit ${options.limit})
  update lockstep.dirty d set
    token = nextval('lockstep.tick'), shown = false,
    leased_until = ${options.now}::timestamptz + ${options.leaseMs}::float8 * interval '1 ms'
  from due c
  where d.account = c.account and d.livemode = c.livemode and d.type = c.type and d.id = c.id
  returning d.account, d.livemode, d.type, d.id, c.platform, d.gen, d.token, d.parents, d.attempts, d.heard,
    d.gen = d.first_gen as once, d.hinted_at as "hintedAt"`;

/** No back-off and no lease reaches this far, a hook's neither: whoever wrote such a time had a clock that was ahead. */
export const LONGEST_WAIT_MS = 2 * 60 * 60_000;
/** Times beyond this one count as past. */
export const impossible = (now: Date): Date => new Date(now.getTime() + LONGEST_WAIT_MS);

// What is due and not claimed is leased, all of it: nearly nothing. Of the rest the first says when.
const nextDue = (homes: readonly Source[], now: Date): Sql => sql`
  select least(
    (select min(greatest(d.due_at, d.leased_until))
     from lockstep.dirty d cross join lateral (${home(homes)}) h
     where d.due_at <= ${now}::timestamptz),
    (select d.due_at
     from lockstep.dirty d cross join lateral (${home(homes)}) h
     where d.due_at > ${now}::timestamptz
     order by d.due_at limit 1)) as at`;

const giveBack = ({ token, gen, ...key }: Claim, { now, due, soon, reason, dead }: Return): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, attempts = attempts + 1,
      due_at = case when gen = ${gen} then ${due}::timestamptz else ${soon}::timestamptz end,
      reason = ${reason},
      dead_since = case when ${dead}::boolean and gen = ${gen} then coalesce(dead_since, ${now}::timestamptz) end
  where ${is(key)} and token = ${token}`;
