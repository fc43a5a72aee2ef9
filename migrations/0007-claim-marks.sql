-- Claims marks that may be claimed now: urgent ones first, the longest waiting first; then fresh ones, the latest first; then the
-- longest due. At most `most` in all, `ahead_most` of what is urgent or fresh, `backlog_most` of the rest. Several workers claim at
-- once: a mark that another one holds is passed over, so more are looked at than claimed. One mark is taken at a time: a single
-- statement that locks, counts and updates many counts some of them twice when PostgreSQL checks again a row that has just changed.
create function lockstep.claim_marks(
  homes jsonb, most integer, ahead_most integer, ahead_without jsonb, backlog_most integer, backlog_without jsonb,
  now_ timestamptz, until_ timestamptz, impossible timestamptz, fresh_from timestamptz, fresh_to timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, gen bigint, token bigint, parents jsonb,
  attempts integer, heard boolean, once boolean, hinted_at timestamptz, lane text)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  looked integer := 2 * most + 8;
  ahead integer := least(most, ahead_most);
  left_ integer;
  taken integer := 0;
  candidate record;
begin
  for candidate in
    select c.* from (
      select u.*, 'urgent' as lane, 0 as part, row_number() over (order by u.since) as place
      from lockstep.claimable_marks('urgent', homes, ahead_without, looked, now_, impossible, fresh_from, fresh_to) u
      union all
      select f.*, 'fresh', 1, row_number() over (order by f.since desc)
      from lockstep.claimable_marks('fresh', homes, ahead_without, looked, now_, impossible, fresh_from, fresh_to) f
    ) c
    where ahead > 0 order by c.part, c.place
  loop
    exit when taken >= ahead;
    return query select * from lockstep.claim_mark(
      candidate.account, candidate.livemode, candidate.type, candidate.id, candidate.platform, candidate.lane, now_, until_, impossible);
    if found then taken := taken + 1; end if;
  end loop;

  left_ := least(most - taken, backlog_most);
  if left_ <= 0 then return; end if;
  for candidate in
    select b.* from lockstep.claimable_marks('backlog', homes, backlog_without, looked, now_, impossible, fresh_from, fresh_to) b
    order by b.since
  loop
    exit when left_ <= 0;
    return query select * from lockstep.claim_mark(
      candidate.account, candidate.livemode, candidate.type, candidate.id, candidate.platform, 'backlog', now_, until_, impossible);
    if found then left_ := left_ - 1; end if;
  end loop;
end $$;

-- One of them; no row where another worker has it, or where it is no longer due.
create function lockstep.claim_mark(
  account_ text, livemode_ boolean, type_ text, id_ text, platform_ text, lane_ text,
  now_ timestamptz, until_ timestamptz, impossible timestamptz)
returns table (account text, livemode boolean, type text, id text, platform text, gen bigint, token bigint, parents jsonb,
  attempts integer, heard boolean, once boolean, hinted_at timestamptz, lane text)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set jit = off
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
