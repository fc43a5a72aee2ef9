import { keyText, type ObjectKey } from '../../kernel/source.js';
import type { Mirror } from '../../mirror/mirror.js';
import type { Queryable } from '../../store/database.js';
import { sql } from '../../store/sql.js';
import { withoutPersonal } from '../../catalog/personal.js';
import { findEvent, listEvents, type EventFilter, type EventLine, type StoredEvent } from '../events.js';
import { relatedIds } from './related.js';

/** How far one event has come: arrived, shown, proven, hooks. */
export interface EventView {
  event: EventLine;
  /** The row of its object; null: there is none, or the event is about no object that is mirrored. */
  row: { asOf: Date; provenAt: Date | null; isDeleted: boolean } | null;
  /** Its object waits for a proof; null: it does not. */
  mark: { hintedAt: Date; attempts: number; reason: string | null; dueAt: Date; deadSince: Date | null } | null;
  /** Runs of hooks that wait, for the event or its object. Runs that were made are not kept. */
  hooks: {
    hook: string;
    event: string | null;
    madeAt: Date;
    attempts: number;
    reason: string | null;
    deadSince: Date | null;
  }[];
}

interface Deps {
  database: Queryable;
  mirror: Mirror;
}

/** null: the inbox has no such event. */
export async function readEventView({ database, mirror }: Deps, id: string): Promise<EventView | null> {
  const stored = await findEvent(database, id);
  if (stored === undefined) return null;
  const event = lineOf(stored);
  const { account, livemode, objectType, objectId } = event;
  if (objectType === null || objectId === null) return { event, row: null, mark: null, hooks: [] };
  const key: ObjectKey = { account, livemode, type: objectType, id: objectId };
  const row = (await mirror.read(database, [key])).get(keyText(key));
  const [mark] = await database.query<NonNullable<EventView['mark']>>(sql`
    select hinted_at as "hintedAt", attempts, reason, due_at as "dueAt", dead_since as "deadSince" from lockstep.dirty
    where account = ${account} and livemode = ${livemode} and type = ${objectType} and id = ${objectId}`);
  const hooks = await database.query<EventView['hooks'][number]>(sql`
    select d.hook, d.event, d.made_at as "madeAt", d.attempts, d.reason, d.dead_since as "deadSince"
    from lockstep.hooks h join lockstep.hook_deliveries d on d.hook = h.name
    where d.account = ${account} and d.livemode = ${livemode} and d.type = ${objectType} and d.id = ${objectId}
      and (d.event is null or d.event = ${id}) order by d.gen limit 50`);
  return {
    event,
    row: row === undefined ? null : { asOf: row.asOf, provenAt: row.provenAt, isDeleted: row.deleted },
    mark: mark ?? null,
    hooks,
  };
}

function lineOf({ body: _, ...event }: StoredEvent): EventLine {
  return event;
}

/** The body of an event, without secrets; undefined: there is no such event. */
export async function readPayload(
  database: Queryable,
  id: string,
  { showPersonal }: { showPersonal: boolean },
): Promise<unknown> {
  const stored = await findEvent(database, id);
  if (stored === undefined) return undefined;
  const body: unknown = JSON.parse(stored.body);
  return showPersonal ? body : withoutPersonal(body);
}

/** What the list of events is filtered by. `customer`: everything about a customer, whatever the object. */
export interface EventSearch extends Omit<EventFilter, 'limit'> {
  customer?: string | undefined;
}

/** So many events are replayed at once, at most. */
export const REPLAYED_MAX = 10_000;

/** The filter of the inbox that a search means. A customer is looked up in the mirror first. */
export async function filterOf(
  { database, schema }: { database: Queryable; schema: string },
  { customer, ...filter }: EventSearch,
): Promise<Omit<EventFilter, 'limit'>> {
  if (customer === undefined) return filter;
  const ids = [customer, ...(await relatedIds(database, schema, customer))];
  return {
    ...filter,
    object: undefined,
    objects: filter.object === undefined ? ids : ids.filter((id) => id === filter.object),
  };
}

/** The ids of the events that a filter finds, the latest first. `isCut`: there may be more. */
export async function matchingEvents(
  database: Queryable,
  filter: Omit<EventFilter, 'limit'>,
): Promise<{ ids: string[]; objects: number; isCut: boolean }> {
  const { events, isCut } = await listEvents(database, { ...filter, limit: REPLAYED_MAX + 1 });
  const kept = events.slice(0, REPLAYED_MAX);
  const objects = new Set(kept.map(({ account, objectType, objectId }) => `${account} ${objectType} ${objectId}`));
  return { ids: kept.map(({ id }) => id), objects: objects.size, isCut: isCut || events.length > REPLAYED_MAX };
}
