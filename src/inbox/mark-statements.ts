import type { ObjectKey, Source } from '../kernel/source.js';
import { json } from '../store/json.js';
import { sql, trusted, type Sql } from '../store/sql.js';
import type { Hint } from './hint.js';
import type { Claim, ClaimOptions, Mark, Return } from './marks.js';

export const upsertMarks = (hints: readonly Hint[], at: Date): Sql => {
  const from = sql`jsonb_to_recordset(${json(hints)}::jsonb)
      as r(account text, livemode boolean, type text, id text, parents jsonb, heard boolean, awaited boolean, events jsonb)`;
  return upsertMarksFrom(from, sql`${at}::timestamptz`);
};

/** Marks what `hints` says, a table named `r`: each object once, in the order of the keys. */
export const upsertMarksFrom = (hints: Sql, at: Sql): Sql => sql`
  insert into lockstep.dirty as d
    (account, livemode, type, id, parents, heard, hinted_at, due_at, gen, first_gen, events, rank, ranked_at)
  select account, livemode, type, id, parents, coalesce(heard, false), ${at}, ${at}, drawn, drawn, coalesce(${firstEvents('r.events')}, '[]'),
    case when awaited then ${URGENT} when heard then ${FRESH} else ${BY_AGE} end,
    case when awaited or heard then ${at} end
  from (select r.*, nextval('lockstep.tick') as drawn from ${hints}
    -- Of what was erased there is nothing to prove. Not "not exists": as a join, it might lose the order of the keys.
    where (select true from lockstep.erased x
           where x.account = r.account and x.livemode = r.livemode and x.id = r.id limit 1) is null) r
  on conflict (account, livemode, type, id) do update
  set gen = nextval('lockstep.tick'),     -- drawn under the row's lock: a later hint has a larger gen
      due_at = case when d.attempts > 0 then least(d.due_at, excluded.due_at) else d.due_at end,
      dead_since = null,
      heard = d.heard or excluded.heard,
      events = ${firstEvents('d.events || excluded.events')},
      parents = d.parents || excluded.parents,
      rank = case when ${isRanked} then excluded.rank else d.rank end,
      ranked_at = case when ${isRanked} then excluded.ranked_at else d.ranked_at end
  returning d.account, d.livemode, d.type, d.id, d.gen, d.suspended,
    d.xmax = 0 as "isNew"`; // nobody has ever locked or replaced a row just inserted

/** A mark keeps the ids of so many events: an object can have thousands while Stripe is away. */
const firstEvents = (events: string): Sql => trusted(`jsonb_path_query_array(${events}, '$[0 to 19]')`);
/** Values of the column `rank`. */
const URGENT = trusted('0');
const FRESH = trusted('1');
const BY_AGE = trusted('2');
/** How long an event makes its object fresh. */
export const FRESH_MS = 30_000;
/** An object that failed so often waits by age, whatever events come: others can be proven in its place. */
export const FAILED_OFTEN = 3;

// A later event makes the mark fresh again. A mark that a caller waits for keeps its place.
const isRanked = trusted(`(excluded.rank < d.rank or excluded.rank = 1 and d.rank = 1)
        and not (excluded.rank = 1 and d.attempts >= ${FAILED_OFTEN})`);

export const noteShown = (shown: readonly unknown[]): Sql => sql`
  update lockstep.dirty d
  set shown = d.shown or d.token is not null,    -- a read is under way: its proof must not overwrite this
      prior = coalesce(d.prior, r.prior)
  from jsonb_to_recordset(${json(shown)}::jsonb) as r(account text, livemode boolean, type text, id text, prior jsonb)
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;

/** Whose turn it was last, and whether of an odd number one more goes by turn. */
export interface Turn {
  account: string;
  livemode: boolean;
  odd: boolean;
}

export const claimDue = ({ limit, now, leaseMs, homes, ...shares }: ClaimOptions, turn: Turn): Sql => {
  const { ahead = { limit, without: [] }, backlog = { limit, without: [] } } = shares;
  return sql`
    select account, livemode, type, id, platform, gen, token, parents, attempts, heard, once, hinted_at as "hintedAt", lane,
      by_turn as "byTurn"
    from lockstep.claim_due(${json(homes)}::jsonb, ${limit}::integer,
      ${ahead.limit}::integer, ${json(ahead.without)}::jsonb, ${backlog.limit}::integer, ${json(backlog.without)}::jsonb,
      ${turn.account}, ${turn.livemode}, ${turn.odd ? 1 : 0}::integer,
      ${now}::timestamptz, ${after(now, leaseMs)}::timestamptz, ${impossible(now)}::timestamptz,
      ${after(now, -FRESH_MS)}::timestamptz, ${after(now, FRESH_MS)}::timestamptz)`;
};

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

// Others lock a batch of marks in key order. This one takes only marks that nobody holds, so that it cannot deadlock.
export const renewLeases = (claims: readonly Claim[], now: Date, leaseMs: number): Sql => sql`
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

export const nextDue = (homes: readonly Source[], now: Date): Sql =>
  sql`select lockstep.next_due(${json(homes)}::jsonb, ${now}::timestamptz) as at`;

/** No back-off and no lease reaches this far, not even a hook's: a clock that was ahead wrote such a time. */
export const LONGEST_WAIT_MS = 2 * 60 * 60_000;
/** Times beyond this one count as past. */
export const impossible = (now: Date): Date => new Date(now.getTime() + LONGEST_WAIT_MS);

export const releaseClaim = ({ token, ...key }: Claim, due: Date | undefined): Sql => sql`
  update lockstep.dirty set token = null, leased_until = null, due_at = coalesce(${due ?? null}::timestamptz, due_at)
  where ${is(key)} and token = ${token}`;

export const postponeClaim = ({ token, ...key }: Claim, due: Date): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, due_at = ${due}::timestamptz, rank = ${BY_AGE}, ranked_at = null
  where ${is(key)} and token = ${token}`;

export const giveBack = ({ token, gen, ...key }: Claim, { now, due, soon, reason, dead }: Return): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, attempts = attempts + 1,
      due_at = case when gen = ${gen} then ${due}::timestamptz else ${soon}::timestamptz end,
      reason = ${reason},
      rank = case when gen = ${gen} then ${BY_AGE} else rank end,
      ranked_at = case when gen = ${gen} then null else ranked_at end,
      dead_since = case when ${dead}::boolean and gen = ${gen} then coalesce(dead_since, ${now}::timestamptz) end
  where ${is(key)} and token = ${token}`;

export const lockMark = (key: ObjectKey): Sql => sql`
  select gen, token, shown, prior, heard, events,
    exists (select from lockstep.hooks h where h.topic = ${key.type} and h.kind in ('change', 'after')) as watched
  from lockstep.dirty where ${is(key)} for update`;

export const deleteMarks = (keys: readonly ObjectKey[], together?: Sql): Sql => sql`
  ${together === undefined ? trusted('') : sql`with together as (${together})`}
  delete from lockstep.dirty d
  using jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text)
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;

export const queueAgain = ({ gen, ...key }: Claim, due: Date): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, suspended = false, prior = null, attempts = 0, proven_gen = ${gen},
      due_at = ${due}::timestamptz
  where ${is(key)}`;

export const suspendMark = (key: ObjectKey, due: Date): Sql => sql`
  update lockstep.dirty
  set token = null, leased_until = null, suspended = true, shown = false, due_at = ${due}::timestamptz,
      rank = ${URGENT}, ranked_at = ${due}::timestamptz
  where ${is(key)}`;

const is = ({ account, livemode, type, id }: ObjectKey): Sql =>
  sql`account = ${account} and livemode = ${livemode} and type = ${type} and id = ${id}`;

export const selectUnproven = (keys: readonly (ObjectKey & Pick<Mark, 'gen'>)[]): Sql => sql`
  select r.account, r.livemode, r.type, r.id
  from jsonb_to_recordset(${json(keys)}::jsonb) as r(account text, livemode boolean, type text, id text, gen bigint)
  join lockstep.dirty d on d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id
  where d.first_gen <= r.gen              -- a younger mark: the one that was waited for has been cleared
    and coalesce(d.proven_gen, 0) < r.gen`;

export const selectIds = ({ account, livemode }: Source, type: string): Sql => sql`
  select id from lockstep.dirty where account = ${account} and livemode = ${livemode} and type = ${type}`;

export const countDead = ({ account, livemode }: Source, type: string): Sql => sql`
  select count(*) as count from lockstep.dirty
  where account = ${account} and livemode = ${livemode} and type = ${type} and dead_since is not null`;
