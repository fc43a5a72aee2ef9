/**
 * The SQL functions that bring an existing table of the mirror to this version. They lock a table only if it lacks
 * something, and never for long:
 *
 * - A small table gets a new typed column as a fresh one has it: computed by the database (decision 0002). That rewrites
 *   the table.
 * - A large table gets a plain column, which takes no time, and a trigger that computes it. Its rows are filled
 *   afterwards (src/store/computed-columns.ts), and its new indexes are made then too.
 *
 * Schema `lockstep` must exist.
 */
export const schemaFunctions = `
-- 1 MB is some hundred rows: they are rewritten in about 30 ms.
create or replace function lockstep.is_large(target regclass) returns boolean language sql stable as $$
  select pg_catalog.pg_table_size(target) > 1048576;
$$;

-- Computes a plain column by a trigger. The second and third line of the function are read again: the name of the column,
-- and the expression as PostgreSQL itself writes it. The condition of the trigger is always true; it makes PostgreSQL
-- drop the trigger together with the column.
create or replace function lockstep.compute_by_trigger(target regclass, name text, type text, expression text)
  returns void language plpgsql set search_path = pg_catalog as $$
declare
  words text;
  computes text := 'computes_' || left(md5(target::text || '.' || name), 16);
begin
  execute format('create table lockstep.%I (data jsonb, value %s generated always as (%s) stored)', computes, type, expression);
  select pg_get_expr(d.adbin, d.adrelid) into words from pg_attrdef d where d.adrelid = ('lockstep.' || computes)::regclass;
  execute format('drop table lockstep.%I', computes);
  execute format(
    E'create or replace function lockstep.%I() returns trigger language plpgsql as %L', computes,
    format(E'\\n-- %s\\n-- %s\\nbegin\\n  new.%I := (select %s from (select new.data) as stored(data));\\n  return new;\\nend ',
      name, words, name, words));
  execute format(
    'create or replace trigger %I before insert or update on %s for each row when (new.%I is null or new.%I is not null)
      execute function lockstep.%I()', 'lockstep_' || computes, target, name, name, computes);
end $$;

-- wanted: [[name, type, expression or null], …]
create or replace function lockstep.add_columns(target regclass, wanted jsonb) returns void language plpgsql as $$
declare
  missing jsonb;
  large boolean := lockstep.is_large(target);
  one jsonb;
begin
  select jsonb_agg(w.one order by w.place) into missing from jsonb_array_elements(wanted) with ordinality as w(one, place)
  where not exists (
    select from pg_attribute a where a.attrelid = target and a.attname = w.one ->> 0 and not a.attisdropped);
  if missing is null then return; end if;
  execute (
    select format('alter table %s ', target) || string_agg(format('add column %I %s', m.one ->> 0, m.one ->> 1)
      || case when large or m.one ->> 2 is null then '' else format(' generated always as (%s) stored', m.one ->> 2) end, ', ')
    from jsonb_array_elements(missing) as m(one));
  if not large then return; end if;
  for one in select value from jsonb_array_elements(missing) where value ->> 2 is not null loop
    perform lockstep.compute_by_trigger(target, one ->> 0, one ->> 1, one ->> 2);
  end loop;
end $$;

-- A large table gets the index later, while rows are written: src/store/computed-columns.ts.
create or replace function lockstep.add_index(target regclass, name text, definition text) returns void language plpgsql as $$
begin
  if exists (select from pg_class i join pg_class t on t.relnamespace = i.relnamespace where t.oid = target and i.relname = name)
    or lockstep.is_large(target) then return; end if;
  execute format('create index %I on %s %s', name, target, definition);
end $$;
`;
