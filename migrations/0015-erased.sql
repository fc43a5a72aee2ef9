-- Objects that were erased for a person's sake: a stub of each, without content. Events, listings and proofs leave them
-- out, and with them whatever names one of them and no other customer.
create table lockstep.erased (
  account      text        not null,
  livemode     boolean     not null,
  id           text        not null,
  type         text        not null,
  customer_id  text        not null,    -- whose it was
  erased_at    timestamptz not null,
  primary key (account, livemode, id, type)
);
create index erased_customer on lockstep.erased (account, livemode, customer_id);

-- Which objects are left out, each given as { place, ids }: its own id, and the ids that say whose it is. No stub is added
-- before the transaction of the caller ends: what adds stubs waits for this lock. Each statement below sees what was
-- committed while it waited, because the function is volatile.
create function lockstep.left_out(account_ text, livemode_ boolean, objects jsonb)
returns table (place integer, customer text)
language plpgsql
as $$
begin
  perform pg_advisory_xact_lock_shared(4242003);
  if not exists (select from lockstep.erased) then return; end if;
  return query
    select o.place, min(x.customer_id)
    from jsonb_to_recordset(objects) as o(place integer, ids jsonb)
    cross join lateral jsonb_array_elements_text(o.ids) as i(id)
    join lockstep.erased x on x.account = account_ and x.livemode = livemode_ and x.id = i.id
    group by o.place;
end $$;
