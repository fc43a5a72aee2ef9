import type { Database } from '../store/database.js';
import { json } from '../store/json.js';
import { sql } from '../store/sql.js';
import { arrivalOf } from './arrival.js';
import type { Marks } from './marks.js';
import { assignSource, type Home } from './assign-source.js';

export interface ReplayAsk {
  /** One event, by its id. */
  event?: string | undefined;
  /** These events, by their ids. */
  ids?: readonly string[] | undefined;
  /** Events that happened since then. */
  since?: Date | undefined;
  /** Events of this type; `customer.*` for a family. */
  type?: string | undefined;
}

export interface Replayed {
  events: number;
  /** Objects that are marked again. */
  hinted: number;
}

export interface ReplayDeps {
  database: Database;
  marks: Marks;
  homes: readonly Home[];
}

const EVENTS_AT_ONCE = 500;

/**
 * Marks the objects of stored events again, as if the events had just arrived. So quarantined events are judged again.
 */
export async function replay({ database, marks, homes }: ReplayDeps, ask: ReplayAsk, now: Date): Promise<Replayed> {
  const replayed: Replayed = { events: 0, hinted: 0 };
  let after = { created: new Date(0), id: '' };
  for (;;) {
    const rows = await database.query<{ id: string; created: Date; body: unknown }>(stored(ask, after));
    if (rows.length === 0) return replayed;
    const hints = rows.flatMap(({ body }) => hintsOf(body, homes));
    if (hints.length > 0) await database.transaction((tx) => marks.mark(tx, hints, now));
    replayed.events += rows.length;
    replayed.hinted += hints.length;
    after = rows.at(-1) as (typeof rows)[number];
  }
}

function hintsOf(body: unknown, homes: readonly Home[]) {
  const text = JSON.stringify(body);
  for (const home of homes) {
    const arrival = arrivalOf(text, (event) => assignSource(homes, home, event), 'replay');
    if (arrival !== undefined && arrival.quarantine === null) return arrival.hints;
  }
  return [];
}

const stored = ({ event, ids, since, type }: ReplayAsk, after: { created: Date; id: string }) => sql`
  select id, created, body from lockstep.inbox
  where (created, id) > (${after.created}::timestamptz, ${after.id})
    and (${event ?? null}::text is null or id = ${event ?? null})
    and (${ids === undefined}::boolean or id = any (array(select jsonb_array_elements_text(${json(ids ?? [])}::jsonb))))
    and (${since ?? null}::timestamptz is null or created >= ${since ?? null}::timestamptz)
    and (${type ?? null}::text is null or type like ${(type ?? '').replaceAll('*', '%')})
  order by created, id limit ${EVENTS_AT_ONCE}`;
