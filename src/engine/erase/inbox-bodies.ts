import { belongingTypes } from '../../catalog/belonging.js';
import type { Source } from '../../kernel/source.js';
import type { Queryable } from '../../store/database.js';
import { json } from '../../store/json.js';
import { sql, trusted, type Sql } from '../../store/sql.js';
import { idsOf, isOfSource, type ErasedIds } from './places.js';

const WEEK_MS = 7 * 24 * 60 * 60_000;

/**
 * Objects that the stored events say belong to the customer, or to one of these ids: also those that the mirror never had,
 * and a payment method that has lost its customer.
 */
export async function objectsInInbox(database: Queryable, erased: ErasedIds): Promise<{ type: string; id: string }[]> {
  const found: { type: string; id: string }[] = [];
  for (const week of await weeks(database, erased)) found.push(...(await database.query<never>(named(erased, week))));
  return found;
}

/** How many events have a body that would be removed. */
export async function countBodies(database: Queryable, erased: ErasedIds): Promise<number> {
  let bodies = 0;
  for (const week of await weeks(database, erased)) {
    const [row] = await database.query<{ count: number }>(sql`
      select count(*) as count from lockstep.inbox t where ${isAbout(erased, week)}`);
    bodies += row?.count ?? 0;
  }
  return bodies;
}

/** Removes the bodies of the events about these objects, and of every other event that names the customer. */
export async function removeBodies(database: Queryable, erased: ErasedIds): Promise<number> {
  let bodies = 0;
  for (const week of await weeks(database, erased)) bodies += (await database.query(emptied(erased, week))).length;
  return bodies;
}

/** A week at a time: no statement has to read the whole inbox. */
interface Week {
  from: Date;
  until: Date;
}

async function weeks(database: Queryable, source: Source): Promise<Week[]> {
  const [range] = await database.query<{ first: Date | null; last: Date | null }>(sql`
    select min(t.created) as first, max(t.created) as last from lockstep.inbox t where ${isOfSource(source)}`);
  const [first, last] = [range?.first?.getTime(), range?.last?.getTime()];
  if (first === undefined || last === undefined) return [];
  return Array.from({ length: Math.floor((last - first) / WEEK_MS) + 1 }, (_, index) => ({
    from: new Date(first + index * WEEK_MS),
    until: new Date(first + (index + 1) * WEEK_MS),
  }));
}

const within = (source: Source, { from, until }: Week): Sql => sql`
  ${isOfSource(source)} and t.created >= ${from}::timestamptz and t.created < ${until}::timestamptz and t.body ? 'data'`;

/** The values of the object's own fields, such as the charge of a refund. */
const hasField = (erased: ErasedIds): Sql => sql`exists (
  select from jsonb_each(case jsonb_typeof(t.body #> '{data,object}') when 'object' then t.body #> '{data,object}' else '{}' end) f
  where jsonb_typeof(f.value) = 'string' and f.value in (select jsonb_array_elements(${json(erased.ids)}::jsonb)))`;

const isAbout = (erased: ErasedIds, week: Week): Sql => sql`
  ${within(erased, week)} and (t.object_id in ${idsOf(erased)}
    or position(${`"${erased.customer}"`} in t.body::text) > 0 or ${hasField(erased)})`;

const emptied = (erased: ErasedIds, week: Week): Sql => sql`
  update lockstep.inbox t set quarantine = coalesce(t.quarantine, 'erased'), body = jsonb_build_object(
    'id', t.id, 'object', 'event', 'type', t.type, 'livemode', t.livemode, 'created', floor(extract(epoch from t.created)))
  where ${isAbout(erased, week)} returning 1`;

/** Where an event has the id of a customer: the paths of the catalog, now and before the change. */
const paths = [...new Set(belongingTypes.flatMap(({ customers }) => customers.map(({ path }) => path)))].map((path) =>
  path.split('.').join(','),
);
const customerIn = (part: string): Sql =>
  trusted(`coalesce(${paths.map((path) => `t.body #>> '{data,${part},${path}}'`).join(', ')})`);

const named = (erased: ErasedIds, week: Week): Sql => sql`
  select distinct t.object_type as type, t.object_id as id from lockstep.inbox t
  where ${within(erased, week)} and t.object_type is not null and t.object_id is not null
    and coalesce(${customerIn('object')}, ${erased.customer}) = ${erased.customer}
    and (${customerIn('object')} = ${erased.customer} or ${customerIn('previous_attributes')} = ${erased.customer}
      or ${hasField(erased)})`;
