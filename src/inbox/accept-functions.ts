import { isReadable, objects, ownedLists, ownedObjects, type CatalogObject } from '../catalog/catalog.js';
import { quoteName, quoteText } from '../catalog/column-sql.js';
import { nameInFunction } from '../store/expected-schema.js';
import { trusted } from '../store/sql.js';
import { upsertMarksFrom } from './mark-statements.js';

/**
 * The types whose snapshots one statement may show: those that Stripe sends events about, and that a read proves.
 * The types listed first come first: PostgreSQL looks for a `case` from the top.
 */
const shownTypes = objects
  .filter((object) => object.table !== null && object.events.length > 0 && isReadable(object))
  .filter(({ object }) => !ownedObjects.has(object))
  .sort((a, b) => (a.listedFirst ?? Infinity) - (b.listedFirst ?? Infinity) || (a.object < b.object ? -1 : 1));

/** Whether `lockstep.accept_events` knows objects of this type. */
export function hasShowFunction(type: string): boolean {
  return names.has(type);
}

const names: ReadonlySet<string> = new Set(shownTypes.map(({ object }) => object));

/**
 * A script that makes the functions behind `acceptAtOnce`: what `accept` does, for ordinary events of one source, in one
 * statement. The rule itself is `accept` and `mirror/show`; a test runs the same events through both and compares all
 * that they leave behind. Schema `lockstep` and the mirror's tables have to be there.
 */
export function acceptFunctions(mirrorSchema: string): string {
  const tables = (table: string): string => `${nameInFunction(mirrorSchema)}.${quoteName(table)}`;
  return [comparing, ...shownTypes.map((object) => showFunction(object, tables)), acceptEvents].join('\n');
}

/** Of a row and a snapshot: whether the one follows the other, and which values are kept; and a snapshot's children. */
const comparing = `
-- Whether all that a change replaced equals what is there: as follows() in mirror/show.
create or replace function lockstep.follows(standing jsonb, previous jsonb) returns boolean language plpgsql immutable as $$
begin
  return jsonb_typeof(previous) = 'object' and previous <> '{}' and lockstep.matches(standing, previous);
end $$;

create or replace function lockstep.matches(present jsonb, previous jsonb) returns boolean language plpgsql immutable as $$
declare
  field record;
begin
  if jsonb_typeof(previous) = 'object' and previous <> '{}' and jsonb_typeof(present) = 'object' then
    for field in select key, value from jsonb_each(previous) loop
      if not lockstep.matches(present -> field.key, field.value) then return false; end if;
    end loop;
    return true;
  end if;
  return coalesce(present, 'null') = coalesce(previous, 'null');
end $$;

-- Adds the value at this path, which no event has, from the current row: as keepUnasked() in mirror/show.
create or replace function lockstep.keep_unasked(snapshot jsonb, standing jsonb, path text[]) returns jsonb
language plpgsql immutable as $$
declare
  field text := path[1];
begin
  if jsonb_typeof(snapshot) is distinct from 'object' or jsonb_typeof(standing) is distinct from 'object'
    or not standing ? field then return snapshot; end if;
  if cardinality(path) > 1 then
    if not snapshot ? field then return snapshot; end if;
    return jsonb_set(snapshot, path[1:1], lockstep.keep_unasked(snapshot -> field, standing -> field, path[2:]));
  end if;
  return case when snapshot ? field then snapshot else jsonb_set(snapshot, path, standing -> field) end;
end $$;

-- The children of one type in a sub-list; of two with one id, the last.
create or replace function lockstep.children(snapshot jsonb, field text, type text) returns table (id text, data jsonb)
language sql immutable as $$
  select distinct on (1) c.child ->> 'id', c.child
  from jsonb_array_elements(
      case jsonb_typeof(snapshot -> field -> 'data') when 'array' then snapshot -> field -> 'data' else '[]' end)
    with ordinality as c(child, place)
  where c.child ->> 'object' = type and jsonb_typeof(c.child -> 'id') = 'string'
  order by 1, c.place desc
$$;
`;

/** Shows the snapshots of objects of one type, a snapshot each, where the rule allows it. Returns the ids of those shown. */
function showFunction(object: CatalogObject, tables: (table: string) => string): string {
  const table = tables(object.table as string);
  const type = quoteText(object.object);
  const data = object.expand.reduce(
    (kept, path) => `lockstep.keep_unasked(${kept}, m.data, ${quoteText(`{${path.split('.').join(',')}}`)})`,
    's.data',
  );
  return `
create or replace function lockstep.${showName(object)}(
  account_ text, livemode_ boolean, ids text[], snapshots jsonb[], times timestamptz[], previous jsonb[]) returns text[]
language plpgsql as $$
declare
  shown text[];
  advanced text[];${ownedLists(object).length === 0 ? '' : '\n  gone record;'}
begin
  -- Most objects are new: nothing is read before they are inserted. A lone one costs less without a set and its aggregate.
  if cardinality(ids) = 1 then
    insert into ${table} (account, livemode, id, data, as_of)
    values (account_, livemode_, ids[1], snapshots[1], times[1])
    on conflict (account, livemode, id) do nothing;
    shown := case when found then ids else '{}' end;
  else
    with inserted as (
      insert into ${table} (account, livemode, id, data, as_of)
      select account_, livemode_, s.id, s.data, s.created from unnest(ids, snapshots, times) as s(id, data, created)
      on conflict (account, livemode, id) do nothing
      returning id
    ) select coalesce(array_agg(id), '{}') into shown from inserted;
  end if;
  if cardinality(shown) < cardinality(ids) then
    -- Row by row, by key: a join with so few rows may be planned as a scan of a whole index.
    with followed as materialized (
      select s.id, ${data} as data, s.created, m.ctid as row, d.ctid as mark,
        case when m.proven_at is not null then jsonb_build_object('data', m.data) end as prior
      from unnest(ids, snapshots, times, previous) as s(id, data, created, previous)
      cross join lateral (
        select t.ctid, t.data, t.deleted, t.proven_at, t.as_of from ${table} t
        where t.account = account_ and t.livemode = livemode_ and t.id = s.id limit 1) m
      cross join lateral (
        select t.ctid from lockstep.dirty t
        where t.account = account_ and t.livemode = livemode_ and t.type = ${type} and t.id = s.id limit 1) d
      where s.id <> all (shown) and not m.deleted and m.as_of < s.created and lockstep.follows(m.data, s.previous)
    ), noted as (
      update lockstep.dirty d set prior = f.prior from followed f
      where d.ctid = f.mark and d.prior is null and f.prior is not null
    ), replaced as (
      update ${table} m set data = f.data, proven_at = null, as_of = f.created, digest = null from followed f
      where m.ctid = f.row and (m.proven_at is null or m.as_of < f.created)
      returning m.id
    ) select coalesce(array_agg(id), '{}') into advanced from replaced;
    shown := shown || advanced;
  end if;
${ownedLists(object)
  .flatMap(({ field, objects: members }) => members.map((member) => showChildren(field, member, tables)))
  .join('')}  return shown;
end $$;
`;
}

/** The children of what is shown, as a whole set: those that are missing in it become tombstones. */
function showChildren(field: string, member: string, tables: (table: string) => string): string {
  const child = objects.find(({ object }) => object === member) as CatalogObject;
  const table = tables(child.table as string);
  const members = `lockstep.children(s.data, ${quoteText(field)}, ${quoteText(member)})`;
  return `  insert into ${table} as c (account, livemode, owner, id, data, as_of)
  select account_, livemode_, s.id, e.id, e.data, s.created
  from unnest(ids, snapshots, times) as s(id, data, created), ${members} e
  where s.id = any (shown)
  on conflict (account, livemode, owner, id) do update
  set data = excluded.data, deleted = false, proven_at = null, as_of = excluded.as_of, digest = null
  where c.proven_at is null or c.as_of < excluded.as_of;
  -- Only a row that was there before had a set before.
  if advanced <> '{}' then
    for gone in
      select c.owner, c.id, s.created from unnest(ids, snapshots, times) as s(id, data, created)
      cross join lateral (
        select t.owner, t.id from ${table} t
        where t.account = account_ and t.livemode = livemode_ and t.owner = s.id and not t.deleted
          and (t.proven_at is null or t.as_of < s.created)
        offset 0) c
      where s.id = any (shown) and not exists (select from ${members} e where e.id = c.id)
    loop
      update ${table} c
      set deleted = true, proven_at = null, as_of = gone.created, digest = null,
          data = jsonb_build_object('id', c.id, 'object', ${quoteText(member)}::text, 'deleted', true)
      where c.account = account_ and c.livemode = livemode_ and c.owner = gone.owner and c.id = gone.id;
    end loop;
  end if;
`;
}

function showName({ table }: CatalogObject): string {
  return `show_${table as string}`;
}

/**
 * The columns of one event that every part of the statement needs. Where types and ids are sorted, it is by their bytes, as
 * `compareKeys` sorts: every writer locks in that order. Only there: a collation that a function is called with would keep
 * its statements from using an index.
 */
const columns = `id text, created timestamptz, "objectType" text, "objectId" text`;

/**
 * Accepts events of one source: stores each, marks the objects of the new ones, and shows the snapshots that may be
 * shown. `round`: 0 for the first event of an object in this call, 1 for its second, in the order of their time.
 * Null, and nothing is done: they need the transaction of `accept`, since a hook waits for one of them, the twin of one is
 * known, or one is about something that was erased.
 */
const acceptEvents = `
create or replace function lockstep.accept_events(account_ text, livemode_ boolean, events jsonb, at_ timestamptz) returns jsonb
language plpgsql set plan_cache_mode = force_generic_plan as $$    -- a plan for this call alone would cost more than the call
declare
  stored text[];
  held text[];
  claimed boolean;
  ids text[];
  one text;
  shown jsonb := '[]';
  of_type record;
begin
  -- As in lockstep.left_out, which need not be called where there are no stubs: what adds one waits for this lock. The
  -- statements after it see what was committed while it waited.
  if pg_advisory_xact_lock_shared(4242003) is null then return null; end if;
  if exists (
      select from (select h.topic from lockstep.hooks h where h.kind = 'event' offset 0) h
      where exists (select from jsonb_array_elements(events) e where e ->> 'type' = h.topic))
    or exists (
      select from (    -- by the twin alone: an index on accounts would find half of the inbox
        select i.account, i.quarantine from lockstep.inbox i
        where i.twin is not null and i.twin = any (array(select e ->> 'id' from jsonb_array_elements(events) e)) offset 0) i
      where i.account = account_ and i.quarantine is null)
    or exists (select from lockstep.erased) and exists (select from lockstep.left_out(account_, livemode_, events))
  then return null; end if;

  with inserted as (
    insert into lockstep.inbox (created, account, livemode, id, type, api_version, object_type, object_id, feed, body)
    select e.created, account_, livemode_, e.id, e.type, e."apiVersion", e."objectType", e."objectId", e.feed, e.body
    from jsonb_to_recordset(events) as e(${columns}, type text, "apiVersion" text, feed text, body jsonb)
    on conflict do nothing
    returning id
  ) select array_agg(id) into stored from inserted;
  if stored is null then return jsonb_build_object('stored', '[]'::jsonb, 'shown', '[]'::jsonb); end if;

  -- The marks are locked, in the order of their keys, before any row of the mirror is looked at.
  with marked as (
    ${
      upsertMarksFrom(
        trusted(`(
      select distinct on (e."objectType" collate "C", e."objectId" collate "C")
        account_ as account, livemode_ as livemode, e."objectType" as type, e."objectId" as id, e.parents,
        true as heard, false as awaited,
        jsonb_agg(e.id) over (partition by e."objectType" collate "C", e."objectId" collate "C"
          order by e.created, e.id collate "C" rows between unbounded preceding and unbounded following) as events
      from jsonb_to_recordset(events) as e(${columns}, parents jsonb)
      where e.id = any (stored)
      order by e."objectType" collate "C", e."objectId" collate "C", e.id desc) r`),
        trusted('at_'),
      ).text
    }, d.token is not null as "isClaimed"
  ) select array_agg(type || ' ' || id) filter (where suspended), bool_or("isClaimed") into held, claimed from marked;

  for of_type in
    select e."objectType" as type, array_agg(e."objectId" order by e."objectId" collate "C") as ids,
      array_agg(e.body #> '{data,object}' order by e."objectId" collate "C") as snapshots,
      array_agg(e.created order by e."objectId" collate "C") as times,
      array_agg(e.body #> '{data,previous_attributes}' order by e."objectId" collate "C") as previous
    from jsonb_to_recordset(events) as e(${columns}, showable boolean, round integer, body jsonb)
    where e.showable and e.id = any (stored) and (held is null or e."objectType" || ' ' || e."objectId" <> all (held))
    group by e.round, e."objectType"
    order by e.round, e."objectType" collate "C"
  loop
    case of_type.type
${shownTypes
  .map(
    (object) => `      when ${quoteText(object.object)} then
        ids := lockstep.${showName(object)}(account_, livemode_, of_type.ids, of_type.snapshots, of_type.times, of_type.previous);
`,
  )
  .join('')}    end case;
    -- Where a read is under way, its proof must not replace this.
    if claimed then
      foreach one in array ids loop
        update lockstep.dirty d set shown = true
        where d.account = account_ and d.livemode = livemode_ and d.type = of_type.type and d.id = one and d.token is not null;
      end loop;
    end if;
    shown := shown || (select coalesce(jsonb_agg(jsonb_build_array(of_type.type, i.id)), '[]') from unnest(ids) as i(id));
  end loop;
  return jsonb_build_object('stored', stored, 'shown', shown);
end $$;
`;
