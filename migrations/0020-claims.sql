-- runs with 0019
-- Which marks are claimed, for a few reads of an index: the types that have marks are found once, and a lane is one statement. A
-- share of the backlog goes to the accounts in turn, so that one with many marks does not keep the others waiting. The functions
-- before them, `claim_marks` and `claimable_marks`, stay for a process of an older version beside this one.

-- In a collation of its own, so that no lookup by key is ever planned over it.
create index dirty_turn on lockstep.dirty (account collate "C", livemode, type collate "C", due_at);

-- The types that have marks.
create function lockstep.marked_types() returns text[] language sql stable
as $$
  with recursive marked as (
    (select d.type from lockstep.dirty d order by d.type collate "C" limit 1)
    union all
    select (select d.type from lockstep.dirty d where d.type collate "C" > m.type collate "C" order by d.type collate "C" limit 1)
    from marked m where m.type is not null
  )
  select coalesce(array_agg(m.type), '{}') from marked m where m.type is not null
$$;

-- Marks of one lane that may be claimed now, at most `looked` of each type, in the order of an index: what it costs grows with the
-- number of types, never with that of marks. `home`: accounts whose keys this process has, as 'acct_1 false'.
create function lockstep.lane_marks(
  lane text, types text[], home text[], looked integer, now_ timestamptz, impossible timestamptz, fresh_from timestamptz, fresh_to timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, since timestamptz)
language plpgsql stable
as $$
#variable_conflict use_column
begin
  if lane = 'urgent' then
    return query select m.* from unnest(types) t cross join lateral (
      select d.account, d.livemode, d.type, d.id, h.platform, d.ranked_at
      from lockstep.dirty d cross join lateral (
        select s.platform from lockstep.sources s
        where s.account = d.account and s.livemode = d.livemode and s.platform || ' ' || s.livemode = any (home) limit 1) h
      where d.rank = 0 and d.rank < 2 and d.type collate "C" = t collate "C"
        and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
        and (d.due_at <= now_ or d.due_at > impossible)
      order by d.ranked_at limit looked) m;
  elsif lane = 'fresh' then
    return query select m.* from unnest(types) t cross join lateral (
      select d.account, d.livemode, d.type, d.id, h.platform, d.ranked_at
      from lockstep.dirty d cross join lateral (
        select s.platform from lockstep.sources s
        where s.account = d.account and s.livemode = d.livemode and s.platform || ' ' || s.livemode = any (home) limit 1) h
      where d.rank = 1 and d.rank < 2 and d.type collate "C" = t collate "C" and d.ranked_at > fresh_from and d.ranked_at <= fresh_to
        and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
        and (d.due_at <= now_ or d.due_at > impossible)
      order by d.ranked_at desc limit looked) m;
  else
    return query select m.* from unnest(types) t cross join lateral (
      select d.account, d.livemode, d.type, d.id, h.platform, d.due_at
      from lockstep.dirty d cross join lateral (
        select s.platform from lockstep.sources s
        where s.account = d.account and s.livemode = d.livemode and s.platform || ' ' || s.livemode = any (home) limit 1) h
      where d.type collate "C" = t collate "C" and d.due_at <= now_
        and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
      order by d.due_at limit looked) m;
    -- A clock that was ahead wrote such a time.
    return query select m.* from unnest(types) t cross join lateral (
      select d.account, d.livemode, d.type, d.id, h.platform, d.due_at
      from lockstep.dirty d cross join lateral (
        select s.platform from lockstep.sources s
        where s.account = d.account and s.livemode = d.livemode and s.platform || ' ' || s.livemode = any (home) limit 1) h
      where d.type collate "C" = t collate "C" and d.due_at > impossible
        and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
      order by d.due_at limit looked) m;
  end if;
end $$;

-- Claims one mark; no row where another worker has it, or where it is no longer due.
create function lockstep.take_mark(
  account_ text, livemode_ boolean, type_ text, id_ text, platform_ text, lane_ text,
  now_ timestamptz, until_ timestamptz, impossible timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, gen bigint, token bigint, parents jsonb,
  attempts integer, heard boolean, once boolean, hinted_at timestamptz, lane text)
language plpgsql
as $$
#variable_conflict use_column
begin
  perform from lockstep.dirty d
    where d.account = account_ and d.livemode = livemode_ and d.type = type_ and d.id = id_
      and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
      and (d.due_at <= now_ or d.due_at > impossible)
    for update skip locked;
  if not found then return; end if;
  return query
    update lockstep.dirty d set token = nextval('lockstep.tick'), shown = false, leased_until = until_
    where d.account = account_ and d.livemode = livemode_ and d.type = type_ and d.id = id_
    returning d.account, d.livemode, d.type, d.id, platform_, d.gen, d.token, d.parents, d.attempts, d.heard,
      d.gen = d.first_gen, d.hinted_at, lane_;
end $$;

-- The longest due mark of the next account after `after_account` and `after_livemode`, in the order of their names, once around. No
-- row where fewer than two accounts have marks: then there is nothing to share.
create function lockstep.claim_in_turn(
  types text[], home text[], after_account text, after_livemode boolean, most integer,
  now_ timestamptz, until_ timestamptz, impossible timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, gen bigint, token bigint, parents jsonb,
  attempts integer, heard boolean, once boolean, hinted_at timestamptz, lane text)
language plpgsql
as $$
#variable_conflict use_column
declare
  at_account text := after_account;
  at_livemode boolean := after_livemode;
  left_ integer := most;
  wraps integer := 0;
  candidate record;
begin
  if (select (d.account, d.livemode) from lockstep.dirty d order by d.account collate "C", d.livemode limit 1)
    = (select (d.account, d.livemode) from lockstep.dirty d order by d.account collate "C" desc, d.livemode desc limit 1)
  then return; end if;
  for look in 1 .. 2 * most + 8 loop
    exit when left_ <= 0;
    select d.account, d.livemode into at_account, at_livemode from lockstep.dirty d
      where (d.account collate "C", d.livemode) > (at_account, at_livemode)
      order by d.account collate "C", d.livemode limit 1;
    if not found then
      wraps := wraps + 1;
      exit when wraps > 1;
      at_account := '';
      at_livemode := false;
      continue;
    end if;
    for candidate in
      select d.type, d.id, h.platform
      from (
        select s.platform from lockstep.sources s
        where s.account = at_account and s.livemode = at_livemode and s.platform || ' ' || s.livemode = any (home)) h
      cross join unnest(types) t cross join lateral (
        select d.type, d.id, d.due_at from lockstep.dirty d
        where d.account collate "C" = at_account and d.livemode = at_livemode and d.type collate "C" = t collate "C" and d.due_at <= now_
          and (d.leased_until is null or d.leased_until < now_ or d.leased_until > impossible)
        order by d.due_at limit 2) d
      order by d.due_at limit 2
    loop
      return query select * from lockstep.take_mark(
        at_account, at_livemode, candidate.type, candidate.id, candidate.platform, 'backlog', now_, until_, impossible);
      if found then left_ := left_ - 1; exit; end if;
    end loop;
  end loop;
end $$;

-- Claims marks that may be claimed now: urgent ones first, the longest waiting first; then fresh ones, the latest first; then the
-- backlog: half of it by the accounts' turns, after the account that is given, and the rest the longest due. At most `most` in all,
-- `ahead_most` of what is urgent or fresh, `backlog_most` of the rest. `odd`: of an odd number, 1 where one more goes by turn, 0 where
-- one less. Several workers claim at once: a mark that another one holds is passed over, so more are looked at than claimed. One mark is
-- taken at a time, as migration 0007 says.
create function lockstep.claim_due(
  homes jsonb, most integer, ahead_most integer, ahead_without jsonb, backlog_most integer, backlog_without jsonb,
  after_account text, after_livemode boolean, odd integer,
  now_ timestamptz, until_ timestamptz, impossible timestamptz, fresh_from timestamptz, fresh_to timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, gen bigint, token bigint, parents jsonb,
  attempts integer, heard boolean, once boolean, hinted_at timestamptz, lane text, by_turn boolean)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_sort = off set jit = off
set plan_cache_mode = force_generic_plan    -- a plan for this call alone would cost more than the call
as $$
#variable_conflict use_column
declare
  looked integer := 2 * most + 4;
  left_ integer := most;
  part integer := least(most, ahead_most);
  marked text[] := lockstep.marked_types();
  types text[];
  home text[];
  of_lane text;
  candidate record;
  taken integer;
begin
  if marked = '{}' then return; end if;
  home := array(select h.account || ' ' || h.livemode from jsonb_to_recordset(homes) as h(account text, livemode boolean));

  types := array(select t from unnest(marked) t where not ahead_without ? t);
  foreach of_lane in array array['urgent', 'fresh'] loop
    continue when part <= 0 or of_lane = 'urgent' and not exists (select from lockstep.dirty d where d.rank = 0 and d.rank < 2);
    for candidate in
      select m.* from lockstep.lane_marks(of_lane, types, home, looked, now_, impossible, fresh_from, fresh_to) m
      order by case of_lane when 'urgent' then m.since end, m.since desc
    loop
      exit when part <= 0;
      return query select c.*, false from lockstep.take_mark(
        candidate.account, candidate.livemode, candidate.type, candidate.id, candidate.platform, of_lane, now_, until_, impossible) c;
      if found then part := part - 1; left_ := left_ - 1; end if;
    end loop;
  end loop;

  left_ := least(left_, backlog_most);
  if left_ <= 0 then return; end if;
  types := array(select t from unnest(marked) t where not backlog_without ? t);
  return query select c.*, true from lockstep.claim_in_turn(
    types, home, after_account, after_livemode, (left_ + odd) / 2, now_, until_, impossible) c;
  get diagnostics taken = row_count;
  left_ := left_ - taken;
  if left_ <= 0 then return; end if;
  for candidate in
    select m.* from lockstep.lane_marks('backlog', types, home, looked, now_, impossible, fresh_from, fresh_to) m order by m.since
  loop
    exit when left_ <= 0;
    return query select c.*, false from lockstep.take_mark(
      candidate.account, candidate.livemode, candidate.type, candidate.id, candidate.platform, 'backlog', now_, until_, impossible) c;
    if found then left_ := left_ - 1; end if;
  end loop;
end $$;
