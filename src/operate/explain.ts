import { catalogOf, ownedObjects } from '../catalog/catalog.js';
import { objects } from '../catalog/objects.js';
import type { RefusalReason } from '../feeds/refusal.js';
import type { DifferingObject } from '../listing/differing-object.js';
import type { Cause } from '../listing/drift/cause.js';
import type { ObjectKey, Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { name, sql, type Sql } from '../store/sql.js';
import { listEvents, typeNames, type EventLine } from './events.js';
import { estimateRows } from './rough-count.js';
import { tableOfType } from './type-names.js';

/** Everything that is known of one object, by its id. */
export interface Story {
  id: string;
  rows: StoryRow[];
  marks: StoryMark[];
  hooks: StoryHook[];
  /** The latest events about it, the latest first. */
  events: EventLine[];
  /** When its type was last compared as a whole. */
  sweeps: StorySweep[];
  /** When it was found to differ from Stripe, and why. Kept for 45 days. */
  drift: StoryDrift[];
  /** Refused deliveries that named it. Anybody can send one. */
  refusals: StoryRefusal[];
  /** It was erased: of this object, only this is kept. */
  erased: StoryErased[];
}

export interface StoryErased extends ObjectKey {
  erasedAt: Date;
}

export interface StoryRefusal {
  at: Date;
  reason: RefusalReason;
  /** The event that it says it is, if it names one. */
  event: string | null;
}

/** Its row in the mirror. */
export interface StoryRow extends ObjectKey {
  table: string;
  isDeleted: boolean;
  /** When the row was last confirmed with Stripe; null: an event reports it, and Stripe has not confirmed it yet. */
  provenAt: Date | null;
  /** The moment at Stripe that the row is of. */
  asOf: Date;
}

/** It waits for a proof. */
export interface StoryMark extends ObjectKey {
  hintedAt: Date;
  dueAt: Date;
  attempts: number;
  reason: string | null;
  deadSince: Date | null;
  leasedUntil: Date | null;
}

/** A run of a hook that has to be made for it. Runs that were made are not kept. */
export interface StoryHook extends ObjectKey {
  hook: string;
  event: string | null;
  madeAt: Date;
  dueAt: Date;
  attempts: number;
  reason: string | null;
  deadSince: Date | null;
}

/** It was found to differ. */
export interface StoryDrift extends ObjectKey {
  foundAt: Date;
  by: 'sweep' | 'verify';
  how: DifferingObject['how'];
  cause: Cause;
  /** What the cause was seen by. */
  detail: string | null;
  /** When it was right again; null: it is not. */
  repairedAt: Date | null;
  /** What repaired it; null: a later comparison found no difference any more. */
  repairedBy: 'proof' | 'verify' | null;
}

export interface StorySweep extends Source {
  type: string;
  table: string;
  scope: string;
  startedAt: Date;
  finishedAt: Date | null;
  /** Differences in the whole type. */
  different: number;
  note: string | null;
}

const EVENTS_MAX = 50;
const SWEEPS_MAX = 5;
const DRIFT_MAX = 20;

export async function explainObject(database: Queryable, mirrorSchema: string, id: string): Promise<Story> {
  const rows = await findRows(database, mirrorSchema, id);
  const { events } = await listEvents(database, { object: id, limit: EVENTS_MAX });
  const marks = await findMarks(database, id);
  const types = [
    ...new Set([...rows, ...marks].map(({ type }) => type).concat(events.flatMap((e) => e.objectType ?? []))),
  ];
  return {
    id,
    rows,
    marks,
    events,
    hooks: await findHooks(database, id, types),
    sweeps: await findSweeps(database, types),
    drift: await findDrift(database, id),
    refusals: await findRefusals(database, id),
    erased: await findErased(database, id),
  };
}

/** In every table that is there: an id does not say of which type it is. */
async function findRows(database: Queryable, schema: string, id: string): Promise<StoryRow[]> {
  const tables = objects.flatMap(({ object, table }) => (table === null ? [] : [{ object, table }]));
  const there = await estimateRows(
    database,
    schema,
    tables.map(({ table }) => table),
  );
  const parts = tables
    .filter(({ table }) => there.has(table))
    .map(({ object, table }) => rowIn(schema, object, table, id));
  const [first, ...others] = parts;
  if (first === undefined) return [];
  const rows = await database.query<Omit<StoryRow, 'id'>>(
    others.reduce((text, one) => sql`${text} union all ${one}`, first),
  );
  return rows.map((row) => ({ ...row, id }));
}

// A part of other objects is found by its own index; every other row by its key, of each account.
const rowIn = (schema: string, type: string, table: string, id: string): Sql => sql`
  select t.account, t.livemode, ${type}::text as type, ${table}::text as table, t.deleted as "isDeleted",
    t.proven_at as "provenAt", t.as_of as "asOf"
  from ${ownedObjects.has(type) ? sql`${name(schema, table)} t` : sql`lockstep.sources s join ${name(schema, table)} t on t.account = s.account and t.livemode = s.livemode`}
  where t.id = ${id}`;

const findMarks = async (database: Queryable, id: string): Promise<StoryMark[]> =>
  database.query<StoryMark>(sql`
    select d.account, d.livemode, d.type, d.id, d.hinted_at as "hintedAt", d.due_at as "dueAt", d.attempts, d.reason,
      d.dead_since as "deadSince", d.leased_until as "leasedUntil"
    from lockstep.sources s join lockstep.dirty d on d.account = s.account and d.livemode = s.livemode
    where d.type = any (array(select jsonb_array_elements_text(${json(typeNames)}::jsonb))) and d.id = ${id}`);

const findHooks = async (database: Queryable, id: string, types: readonly string[]): Promise<StoryHook[]> =>
  database.query<StoryHook>(sql`
    select d.account, d.livemode, d.type, d.id, d.hook, d.event, d.made_at as "madeAt", d.due_at as "dueAt", d.attempts,
      d.reason, d.dead_since as "deadSince"
    from lockstep.hooks h cross join lockstep.sources s
    join lockstep.hook_deliveries d on d.hook = h.name and d.account = s.account and d.livemode = s.livemode
    where d.type = any (array(select jsonb_array_elements_text(${json(types)}::jsonb))) and d.id = ${id}
    order by d.gen limit ${EVENTS_MAX}`);

const findDrift = async (database: Queryable, id: string): Promise<StoryDrift[]> =>
  database.query<StoryDrift>(sql`
    select d.account, d.livemode, d.type, d.id, d.found_at as "foundAt", d.found_by as by, d.how, d.cause, d.detail,
      d.repaired_at as "repairedAt", d.repaired_by as "repairedBy"
    from lockstep.drift d where d.id = ${id} order by d.found_at desc limit ${DRIFT_MAX}`);

const findRefusals = async (database: Queryable, id: string): Promise<StoryRefusal[]> =>
  database.query<StoryRefusal>(sql`
    select f.at, f.reason, f.event_id as event from lockstep.refusals f
    where f.object_id = ${id} order by f.at desc limit ${DRIFT_MAX}`);

const findErased = async (database: Queryable, id: string): Promise<StoryErased[]> =>
  database.query<StoryErased>(sql`
    select x.account, x.livemode, x.type, x.id, x.erased_at as "erasedAt"
    from lockstep.sources s join lockstep.erased x on x.account = s.account and x.livemode = s.livemode
    where x.id = ${id}`);

async function findSweeps(database: Queryable, types: readonly string[]): Promise<StorySweep[]> {
  const readable = types.filter((type) => catalogOf(type) !== undefined);
  const sweeps = await database.query<Omit<StorySweep, 'table'>>(sql`
    select s.account, s.livemode, s.type, s.scope, s.started_at as "startedAt", s.finished_at as "finishedAt",
      (s.missing + s.extra + s.different)::bigint as different, s.note
    from lockstep.sweeps s
    where s.type = any (array(select jsonb_array_elements_text(${json(readable)}::jsonb)))
    order by s.started_at desc limit ${SWEEPS_MAX}`);
  return sweeps.map((sweep) => ({ ...sweep, table: tableOfType(sweep.type) }));
}
