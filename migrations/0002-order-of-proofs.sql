-- Which marks are proven first.

alter table lockstep.dirty
  add column rank smallint not null default 2,        -- 0: in doubt, or somebody waits for it; 1: an event was about it; 2: by age
  add column ranked_at timestamptz;                   -- since when; of rank 1: when the last event came

-- In a collation of their own, so that no lookup by key is ever planned over them.
create index dirty_age on lockstep.dirty (type collate "C", due_at);
drop index lockstep.dirty_due;                        -- it would be read past all the marks of a type that is left out
create index dirty_rank on lockstep.dirty (rank, type collate "C", ranked_at) where rank < 2;

-- The account of `homes` whose key reaches an account; null: it is left to others.
create function lockstep.platform_of(account text, livemode boolean, homes jsonb) returns text language sql stable
as $$
  select s.platform from lockstep.sources s
  join jsonb_to_recordset(homes) as h(account text, livemode boolean)
    on s.platform = h.account and s.livemode = h.livemode
  where s.account = $1 and s.livemode = $2 limit 1
$$;

-- Marks that may be claimed now, at most `looked` of each lane and type, in the order of an index: what it costs grows with the number
-- of marked types, never with that of marks. The settings hold within the function alone, whatever the session's are: a plan that
-- was made while the table was small must not sort it when it is large.
create function lockstep.claimable_marks(
  lane text, homes jsonb, without jsonb, looked integer, now_ timestamptz, impossible timestamptz, fresh_from timestamptz, fresh_to timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, since timestamptz)
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off
as $$
#variable_conflict use_column
declare
  kind text := '';
begin
  loop
    select d.type into kind from lockstep.dirty d
      where d.type collate "C" > kind collate "C" order by d.type collate "C" limit 1;
    exit when not found;
    continue when without ? kind;
    if lane = 'urgent' then
      return query
        select d.account, d.livemode, d.type, d.id, h.platform, d.ranked_at
        from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
        where h.platform is not null and d.rank = 0 and d.rank < 2 and d.type collate "C" = kind collate "C"
          and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
          and (d.due_at <= now_ or d.due_at > impossible)
        order by d.ranked_at limit looked;
    elsif lane = 'fresh' then
      return query
        select d.account, d.livemode, d.type, d.id, h.platform, d.ranked_at
        from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
        where h.platform is not null and d.rank = 1 and d.rank < 2 and d.type collate "C" = kind collate "C" and d.ranked_at > fresh_from and d.ranked_at <= fresh_to
          and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
          and (d.due_at <= now_ or d.due_at > impossible)
        order by d.ranked_at desc limit looked;
    else
      return query
        select d.account, d.livemode, d.type, d.id, h.platform, d.due_at
        from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
        where h.platform is not null and d.type collate "C" = kind collate "C" and d.due_at <= now_
          and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
        order by d.due_at limit looked;
      return query
        select d.account, d.livemode, d.type, d.id, h.platform, d.due_at
        from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
        where h.platform is not null and d.type collate "C" = kind collate "C" and d.due_at > impossible
          and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
        order by d.due_at limit looked;
    end if;
  end loop;
end $$;

-- When the next mark falls due or the next lease ends.
create function lockstep.next_due(homes jsonb, now_ timestamptz) returns timestamptz
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off
as $$
declare
  kind text := '';
  past timestamptz;
  ahead timestamptz;
  soonest timestamptz;
begin
  loop
    select d.type into kind from lockstep.dirty d
      where d.type collate "C" > kind collate "C" order by d.type collate "C" limit 1;
    exit when not found;
    -- What is due and not claimed is leased, all of it: nearly nothing.
    select min(c.at) into past from (
      select greatest(d.due_at, d.leased_until) as at
      from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
      where h.platform is not null and d.type collate "C" = kind collate "C" and d.due_at <= now_
      order by d.due_at limit 100) c;
    select d.due_at into ahead
      from lockstep.dirty d cross join lateral (select lockstep.platform_of(d.account, d.livemode, homes) as platform) h
      where h.platform is not null and d.type collate "C" = kind collate "C" and d.due_at > now_
      order by d.due_at limit 1;
    soonest := least(soonest, past, ahead);
  end loop;
  return soonest;
end $$;
