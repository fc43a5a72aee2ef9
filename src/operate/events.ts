import { objects } from '../catalog/objects.js';
import type { Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';

/** An event of the inbox, without its body. */
export interface EventLine extends Source {
  id: string;
  type: string;
  /** When it happened at Stripe. */
  createdAt: Date;
  receivedAt: Date;
  /** `webhook`, `poll`, or `replay`: how it came first. */
  feed: string;
  apiVersion: string | null;
  objectType: string | null;
  objectId: string | null;
  /** Why it changed nothing; null: it was taken. */
  quarantine: string | null;
  /** Whether its object waits for a proof now. */
  waiting: boolean;
}

/** One event as it is stored: without secrets. */
export interface StoredEvent extends EventLine {
  /** JSON text. */
  body: string;
}

export interface EventFilter {
  /** `customer.updated`, or a family: `customer.*`. */
  type?: string | undefined;
  /** The id of an object. */
  object?: string | undefined;
  /** The ids of several objects, instead of `object`. */
  objects?: readonly string[] | undefined;
  account?: string | undefined;
  feed?: string | undefined;
  /** Only those whose object waits for a proof now. */
  waiting?: boolean | undefined;
  /** Only those that changed nothing. */
  ignored?: boolean | undefined;
  /** Received since then. */
  since?: Date | undefined;
  /** Received before then: the next page. */
  before?: Date | undefined;
  limit: number;
}

export interface EventPage {
  /** The latest received first. */
  events: EventLine[];
  /** Whether older ones were not looked at: more than so many came in the time. */
  isCut: boolean;
}

/** So many events are looked at for one page, the latest first. */
const LOOKED_MAX = 50_000;

export async function listEvents(database: Queryable, filter: EventFilter): Promise<EventPage> {
  const ids = filter.objects ?? (filter.object === undefined ? undefined : [filter.object]);
  const looked = ids === undefined ? latest(filter) : aboutObjects(ids, filter);
  const rows = await database.query<EventLine & { looked: number }>(sql`
    with l as materialized (${looked})
    select ${line}, (select count(*) from l) as looked
    from (select * from l where ${chosen(filter)} order by received_at desc, id limit ${filter.limit}) i
    order by i.received_at desc, i.id`);
  const isCut = (rows[0]?.looked ?? 0) >= LOOKED_MAX && rows.length < filter.limit;
  return { events: rows.map(({ looked: _, ...event }) => event), isCut };
}

/** undefined: no such event is in the inbox. */
export async function findEvent(database: Queryable, id: string): Promise<StoredEvent | undefined> {
  const [event] = await database.query<StoredEvent>(sql`
    select ${line}, i.body::text as body from lockstep.inbox i where i.id = ${id} order by i.created desc limit 1`);
  return event;
}

const line = sql`i.account, i.livemode, i.id, i.type, i.created as "createdAt", i.received_at as "receivedAt", i.feed,
  i.api_version as "apiVersion", i.object_type as "objectType", i.object_id as "objectId", i.quarantine,
  exists (select from lockstep.dirty d where d.account = i.account and d.livemode = i.livemode and d.type = i.object_type
    and d.id = i.object_id) as waiting`;

const columns = sql`account, livemode, id, type, created, received_at, feed, api_version, object_type, object_id, quarantine`;

/** Through the index over the time of arrival. */
const latest = ({ since, before }: EventFilter): Sql => sql`
  select ${columns} from lockstep.inbox
  where received_at >= ${since ?? new Date(0)}::timestamptz
    and (${before ?? null}::timestamptz is null or received_at < ${before ?? null}::timestamptz)
  order by received_at desc limit ${LOOKED_MAX}`;

/** Through the index over the object, which begins with its type. */
const aboutObjects = (ids: readonly string[], { since, before }: EventFilter): Sql => sql`
  select ${columns} from lockstep.inbox
  where object_type = any (array(select jsonb_array_elements_text(${json(typeNames)}::jsonb)))
    and object_id = any (array(select jsonb_array_elements_text(${json(ids)}::jsonb)))
    and received_at >= ${since ?? new Date(0)}::timestamptz
    and (${before ?? null}::timestamptz is null or received_at < ${before ?? null}::timestamptz)
  limit ${LOOKED_MAX}`;

const chosen = ({ type, ignored = false, account, feed, waiting = false }: EventFilter): Sql => sql`
  (${type ?? null}::text is null or type like ${(type ?? '').replaceAll('_', '\\_').replaceAll('*', '%')})
  and (not ${ignored}::boolean or quarantine is not null)
  and (${account ?? null}::text is null or account = ${account ?? null})
  and (${feed ?? null}::text is null or feed = ${feed ?? null})
  and (not ${waiting}::boolean or exists (select from lockstep.dirty d where d.account = l.account
    and d.livemode = l.livemode and d.type = l.object_type and d.id = l.object_id))`;

export const typeNames: readonly string[] = objects.map(({ object }) => object);
