/**
 * The SQL functions for typed columns. Each returns null for a value that its type cannot hold, and never fails: a row
 * must be storable whatever a later API version sends. Schema `lockstep` must exist.
 *
 * They are in PL/pgSQL, although each is one expression. PostgreSQL does not keep the plan of a generated column, so
 * each statement that writes rows plans its expression again, and would inline an SQL function each time. They are
 * `strict`, so that an absent field costs no call.
 */
export const mirrorFunctions = `
create or replace function lockstep.as_boolean(v jsonb) returns boolean language plpgsql immutable strict parallel safe as $$
begin
  return case jsonb_typeof(v) when 'boolean' then v::boolean end;
end $$;

-- A decimal comes as a string ('0.5') where Stripe promises every digit.
create or replace function lockstep.as_numeric(v jsonb) returns numeric language plpgsql immutable strict parallel safe as $$
begin
  return case jsonb_typeof(v)
    when 'number' then v::numeric
    when 'string' then case when v #>> '{}' ~ '^-?[0-9]{1,100}([.][0-9]{1,100})?$' then (v #>> '{}')::numeric end
  end;
end $$;

create or replace function lockstep.as_bigint(v jsonb) returns bigint language plpgsql immutable strict parallel safe as $$
begin
  return case jsonb_typeof(v)
    when 'number' then case
      when v::numeric between -9223372036854775808 and 9223372036854775807 and v::numeric % 1 = 0 then v::bigint
    end
    when 'string' then case when v #>> '{}' ~ '^-?[0-9]{1,18}$' then (v #>> '{}')::bigint end
  end;
end $$;

-- RFC 3339 with its offset, which alone is the same moment in every session; a 30th of February is nothing.
create or replace function lockstep.as_rfc3339(t text) returns timestamptz language plpgsql immutable as $$
begin
  if t ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$' then
    return t::timestamptz;
  end if;
  return null;
exception when others then
  return null;
end $$;

-- Seconds since the epoch within the years 1 to 9999, or the RFC 3339 of API v2.
create or replace function lockstep.as_time(v jsonb) returns timestamptz language plpgsql immutable strict as $$
begin
  return case jsonb_typeof(v)
    when 'number' then case
      when v::numeric between -62135596800 and 253402300799 then to_timestamp(v::double precision)
    end
    when 'string' then lockstep.as_rfc3339(v #>> '{}')
  end;
end $$;

-- An id, or the object in its place. Stripe's ids have at most 255 characters, and an index cannot hold just any text.
create or replace function lockstep.as_reference(v jsonb) returns text language plpgsql immutable strict parallel safe as $$
begin
  return case jsonb_typeof(v)
    when 'string' then case when length(v #>> '{}') <= 255 then v #>> '{}' end
    when 'object' then case
      when jsonb_typeof(v -> 'id') = 'string' and length(v ->> 'id') <= 255 then v ->> 'id'
    end
  end;
end $$;
`;
