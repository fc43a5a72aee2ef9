import type { ObjectKey, Source } from '../kernel/source.js';
import type { Database, Queryable } from '../store/database.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
import type { Arrival } from './arrival.js';

/** An event that is new to the inbox. */
export interface Stored extends Source {
  id: string;
  /** The inbox already has its twin (the thin event of the same change, or the snapshot): it hints at nothing new. */
  twinKnown: boolean;
  /** Some hook, of any process, is about events of this type. */
  watched: boolean;
}

/** The table of events: every event that was acknowledged, and if it changed nothing, why. */
export interface Events {
  /** Stores the events that are new. Returns them. */
  store(tx: Queryable, arrivals: readonly Arrival[]): Promise<Stored[]>;
  /** Whether an event said that the object was deleted. */
  deletionReported(key: ObjectKey): Promise<boolean>;
}

export function createEvents(database: Database): Events {
  return {
    store: (tx, arrivals) => tx.query<Stored>(insertEvents(arrivals)),
    async deletionReported({ account, livemode, type, id }) {
      const rows = await database.query(sql`
        select 1 from lockstep.inbox
        where object_type = ${type} and object_id = ${id} and account = ${account} and livemode = ${livemode}
          and quarantine is null and type like '%.deleted' limit 1`);
      return rows.length > 0;
    },
  };
}

const insertEvents = (arrivals: readonly Arrival[]): Sql => sql`
  with stored as (
    insert into lockstep.inbox
      (created, account, livemode, id, type, api_version, object_type, object_id, feed, quarantine, twin, body)
    select created, account, livemode, id, type, "apiVersion", "objectType", "objectId", feed, quarantine, twin, body
    from jsonb_to_recordset(${`[${arrivals.map(eventJson).join(',')}]`}::jsonb)
      as r(created timestamptz, account text, livemode boolean, id text, type text, "apiVersion" text, "objectType" text,
           "objectId" text, feed text, quarantine text, twin text, body jsonb)
    on conflict do nothing
    returning account, livemode, id, type, twin
  )
  select s.account, s.livemode, s.id,          -- the inbox as it was before this statement
    -- By the id alone: an index on accounts would find half of the inbox.
    exists (select from (select i.account, i.quarantine from lockstep.inbox i where i.id = s.twin offset 0) i
            where i.account = s.account and i.quarantine is null)
    or exists (select from (select i.account, i.quarantine from lockstep.inbox i where i.twin = s.id offset 0) i
               where i.account = s.account and i.quarantine is null)
      as "twinKnown",
    exists (select from lockstep.hooks h where h.kind = 'event' and h.topic = regexp_replace(s.type, '^v1[.]', '')) as watched
  from stored s`;

function eventJson({
  hints: _hints,
  snapshot: _snapshot,
  platform: _platform,
  ids: _ids,
  body,
  ...columns
}: Arrival): string {
  return withBody(columns, body);
}

/** JSON of an event's columns. The body stands in it as it is: nothing is parsed or escaped a second time. */
export function withBody(columns: object, body: string): string {
  return `${json(columns).slice(0, -1)},"body":${body}}`;
}
