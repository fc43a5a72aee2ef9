import { impossible } from '../inbox/mark-statements.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, trusted, type Sql } from '../store/sql.js';
import type { Hook } from './hook.js';

/** A run of a hook that is queued. */
export interface NewDelivery extends ObjectKey {
  hook: string;
  payload: unknown;
  /** Why a first run failed. Null if there was none. */
  reason: string | null;
  madeAt: Date;
  dueAt: Date;
}

/** An event that is kept for its hooks. */
export interface NewEvent extends Source {
  topic: string;
  event: string;
  type: string;
  id: string;
  /** JSON text. */
  body: string;
}

/** The right to run one delivery. */
export interface DeliveryClaim extends ObjectKey {
  gen: number;
  token: number;
  attempts: number;
  event: string | null;
  madeAt: Date;
  payload: { before?: unknown; after?: unknown; event?: unknown };
}

/** What is noted on a delivery when its run failed. */
export interface FailedRun {
  now: Date;
  due: Date;
  reason: string;
  dead: boolean;
}

/** The table of queued hook runs. */
export interface Deliveries {
  keep(tx: Queryable, deliveries: readonly NewDelivery[]): Promise<void>;
  /** Keeps events for the hooks of their types. */
  keepEvents(tx: Queryable, events: readonly NewEvent[], now: Date): Promise<void>;
  /** Claims runs of one hook: for each object, the first one that waits. Committed before any of them begins. */
  claim(hook: Hook, limit: number, now: Date, leaseMs: number): Promise<DeliveryClaim[]>;
  /** The names of the hooks that have a run to claim. Those of a disabled endpoint are not among them. */
  due(hooks: readonly Hook[], now: Date): Promise<Set<string>>;
  /** Whether the claim still holds; if so, nobody else takes it until the transaction ends. */
  lock(tx: Queryable, claim: DeliveryClaim): Promise<boolean>;
  done(tx: Queryable, claim: DeliveryClaim): Promise<void>;
  failed(claim: DeliveryClaim, how: FailedRun): Promise<void>;
  /** Gives a claim back as it was: the process stops. */
  release(claim: DeliveryClaim): Promise<void>;
}

export function createDeliveries(database: Database): Deliveries {
  return {
    async keep(tx, deliveries) {
      if (deliveries.length > 0) await tx.query(insertDeliveries(deliveries));
    },
    async keepEvents(tx, events, now) {
      if (events.length > 0) await tx.query(insertEvents(events, now));
    },
    claim: (hook, limit, now, leaseMs) => database.query<DeliveryClaim>(claimDue(hook, limit, now, leaseMs)),
    async due(hooks, now) {
      const watched = json(hooks.map(({ name, kind }) => ({ name, kind })));
      const rows = await database.query<{ name: string }>(sql`
        select h.name from jsonb_to_recordset(${watched}::jsonb) as h(name text, kind text)
        where exists (
          select from lockstep.hook_deliveries d
          where d.hook = h.name and ${claimable(now)} and (h.kind <> 'event' or ${isProven}))
        and not exists (select from lockstep.hooks k where k.name = h.name and k.disabled_at is not null)`);
      return new Set(rows.map(({ name }) => name));
    },
    async lock(tx, { gen, token }) {
      const rows = await tx.query(
        sql`select 1 from lockstep.hook_deliveries where gen = ${gen} and token = ${token} for update`,
      );
      return rows.length > 0;
    },
    async done(tx, { gen, token }) {
      await tx.query(sql`delete from lockstep.hook_deliveries where gen = ${gen} and token = ${token}`);
    },
    async failed({ gen, token }, { now, due, reason, dead }) {
      await database.query(sql`
        update lockstep.hook_deliveries
        set token = null, leased_until = null, attempts = attempts + 1, due_at = ${due}::timestamptz, reason = ${reason},
            dead_since = case when ${dead}::boolean then coalesce(dead_since, ${now}::timestamptz) end
        where gen = ${gen} and token = ${token}`);
    },
    async release({ gen, token }) {
      await database.query(sql`
        update lockstep.hook_deliveries set token = null, leased_until = null where gen = ${gen} and token = ${token}`);
    },
  };
}

const insertDeliveries = (deliveries: readonly NewDelivery[]): Sql => sql`
  insert into lockstep.hook_deliveries (hook, account, livemode, type, id, payload, reason, attempts, made_at, due_at)
  select hook, account, livemode, type, id, payload, reason, case when reason is null then 0 else 1 end, "madeAt", "dueAt"
  from jsonb_to_recordset(${json(deliveries)}::jsonb)
    as r(hook text, account text, livemode boolean, type text, id text, payload jsonb, reason text,
         "madeAt" timestamptz, "dueAt" timestamptz)`;

// The bodies are joined into one jsonb parameter without parsing them again, as in the inbox.
const insertEvents = (events: readonly NewEvent[], now: Date): Sql => sql`
  insert into lockstep.hook_deliveries (hook, account, livemode, type, id, event, payload, made_at, due_at)
  select h.name, r.account, r.livemode, r.type, r.id, r.event, jsonb_build_object('event', r.body), ${now}::timestamptz, ${now}::timestamptz
  from jsonb_to_recordset(${`[${events.map(eventJson).join(',')}]`}::jsonb)
    as r(topic text, account text, livemode boolean, type text, id text, event text, body jsonb)
  join lockstep.hooks h on h.topic = r.topic and h.kind = 'event'`;

function eventJson({ body, ...columns }: NewEvent): string {
  return `${json(columns).slice(0, -1)},"body":${body}}`;
}

const claimDue = (hook: Hook, limit: number, now: Date, leaseMs: number): Sql => sql`
  with due as (
    select d.gen from lockstep.hook_deliveries d
    where d.hook = ${hook.name} and ${claimable(now)} and ${hook.kind === 'event' ? isProven : trusted('true')}
    order by d.due_at, d.gen limit ${limit}
    for update of d skip locked
  )
  update lockstep.hook_deliveries d
  set token = nextval('lockstep.tick'), leased_until = ${now}::timestamptz + ${leaseMs}::float8 * interval '1 ms'
  from due where d.gen = due.gen
  returning d.gen, d.token, d.attempts, d.account, d.livemode, d.type, d.id, d.event, d.made_at as "madeAt",
    d.payload`;

const claimable = (now: Date): Sql => sql`
  (d.due_at <= ${now}::timestamptz or d.due_at > ${impossible(now)}::timestamptz)
  and (d.leased_until is null or d.leased_until < ${now}::timestamptz or d.leased_until > ${impossible(now)}::timestamptz)
  and not exists (                        -- one after the other, also behind a dead letter
    select from lockstep.hook_deliveries e
    where e.hook = d.hook and e.account = d.account and e.livemode = d.livemode and e.type = d.type and e.id = d.id
      and e.gen < d.gen)`;

/** The event's object has been proven since, or cannot be. A later mark means that the event's own mark was cleared. */
const isProven = trusted(`not exists (
        select from lockstep.dirty m
        where m.account = d.account and m.livemode = d.livemode and m.type = d.type and m.id = d.id
          and m.dead_since is null and m.first_gen <= d.gen and coalesce(m.proven_gen, 0) < d.gen)`);
