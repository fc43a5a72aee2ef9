-- The change feed: one row for each proof that changed an object, written in the transaction of the proof.

-- The events that made a mark, so that the change which a proof finds can name them.
alter table lockstep.dirty add column events jsonb not null default '[]';

create sequence lockstep.changes_sequence as bigint cache 1;

-- Read in the order of (xid, sequence), and only below the oldest transaction that is still running: no row can ever
-- appear before one that was read. Weekly partitions, as the inbox has.
create table lockstep.changes (
  xid        xid8        not null default pg_current_xact_id(),     -- the transaction of the proof
  sequence   bigint      not null default nextval('lockstep.changes_sequence'),
  account    text        not null,
  livemode   boolean     not null,
  type       text        not null,
  id         text        not null,
  kind       text        not null check (kind in ('created', 'updated', 'deleted')),
  changed    text[]      not null default '{}',    -- of an update, the top-level fields that differ
  proven_at  timestamptz not null,
  events     text[]      not null default '{}',    -- ids of the events that led to the proof; none: a listing found it
  primary key (xid, sequence, proven_at)
) partition by range (proven_at);
create table lockstep.changes_default partition of lockstep.changes default;

-- Which database the rows were written in, and up to where they have expired. A dump that is restored elsewhere brings
-- transaction ids that mean nothing there, so the feed then begins again, under another epoch.
create table lockstep.change_feed (
  one               boolean     primary key default true check (one),
  epoch             text        not null,
  database          text        not null,
  expired_xid       xid8        not null default '0',
  expired_sequence  bigint      not null default 0,
  expired_digest    text        not null default '00000000',
  expired_at        timestamptz,                    -- when that last moved: the rows are deleted some time later
  notified_xid      xid8        not null default '0',
  notified_sequence bigint      not null default 0,
  weeks             text[]      not null default '{}' -- the partitions that must be there: changes_w20261123
);

-- Database, cluster and timeline, as in "16384@7311…/1": another one after a restore or a failover. A role that may not
-- ask for the cluster knows the database alone.
create function lockstep.this_database() returns text language plpgsql stable as $$
declare
  database_ text := (select oid::text from pg_database where datname = current_database());
begin
  return database_ || '@' || (select s.system_identifier::text || '/' ||
      greatest(c.timeline_id, coalesce(r.min_recovery_end_timeline, 0))
    from pg_control_system() s, pg_control_checkpoint() c, pg_control_recovery() r);
exception when insufficient_privilege or feature_not_supported or undefined_function then
  return database_ || '@';
end $$;

create function lockstep.change_digest(account text, type text, id text, kind text, proven_at timestamptz) returns text
language sql immutable as $$
  select substr(md5(account || ' ' || type || ' ' || id || ' ' || kind || ' ' || extract(epoch from proven_at)::text), 1, 8)
$$;

-- Whether a feed of that database is at home here. What one of the two roles could not see is not compared.
create function lockstep.is_this_database(known text) returns boolean language plpgsql stable as $$
declare
  here text := lockstep.this_database();
begin
  return known = here or split_part(known, '@', 1) = split_part(here, '@', 1)
    and '' in (split_part(known, '@', 2), split_part(here, '@', 2));
end $$;

-- Whether a partition that may still be read was dropped or detached by hand. Asked after a read, by the catalog as it is
-- then: a partition that went away during the read is missed too.
create function lockstep.are_changes_missing(weeks text[]) returns boolean language sql stable as $$
  select exists (
    select from unnest(weeks) as w(name)
    where not exists (
      select from pg_partition_tree('lockstep.changes') t where t.relid = to_regclass('lockstep.' || w.name)))
$$;

-- The feed, if its rows belong to this database.
create function lockstep.open_change_feed() returns lockstep.change_feed language plpgsql stable
set enable_seqscan = off
as $$
declare
  feed lockstep.change_feed;
begin
  select * into feed from lockstep.change_feed f;
  if found and lockstep.is_this_database(feed.database) then return feed; end if;
  raise exception 'The change feed does not belong to this database, which was restored or moved'
    using errcode = 'LSC03', hint = 'start lockstep serve on it, which begins the feed again; then take a new cursor, '
      || 'read the mirror, and follow from that cursor';
end $$;

-- Begins the feed, and begins it again if the database was restored, moved, or failed over, or if changes were dropped by
-- hand. True: it did.
create function lockstep.begin_change_feed() returns boolean language plpgsql
set enable_seqscan = off
as $$
declare
  feed lockstep.change_feed;
begin
  -- Processes ask again and again: nothing is locked where nothing is to be done.
  if exists (
    select from lockstep.change_feed f
    where lockstep.is_this_database(f.database) and not lockstep.are_changes_missing(f.weeks)) then return false; end if;
  insert into lockstep.change_feed (epoch, database)
    values (substr(replace(gen_random_uuid()::text, '-', ''), 1, 8), '') on conflict do nothing;
  select * into feed from lockstep.change_feed f for update;
  if lockstep.is_this_database(feed.database) and not lockstep.are_changes_missing(feed.weeks) then return false; end if;
  if feed.database <> '' then delete from lockstep.changes; end if;
  update lockstep.change_feed set
    epoch = substr(replace(gen_random_uuid()::text, '-', ''), 1, 8), database = lockstep.this_database(),
    expired_xid = '0', expired_sequence = 0, expired_digest = '00000000', expired_at = null,
    notified_xid = '0', notified_sequence = 0, weeks = '{}';
  return true;
end $$;

-- The cursor of now: every change before it can be seen, and none will ever appear before it. Take it, read the mirror,
-- then follow from it.
create function lockstep.changes_now() returns text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  feed lockstep.change_feed := lockstep.open_change_feed();
  last record;
begin
  select c.xid, c.sequence, lockstep.change_digest(c.account, c.type, c.id, c.kind, c.proven_at) as digest into last
  from lockstep.changes c
  where c.xid < pg_snapshot_xmin(pg_current_snapshot()) and (c.xid, c.sequence) > (feed.expired_xid, feed.expired_sequence)
  order by c.xid desc, c.sequence desc limit 1;
  if found then return format('%s-%s-%s-%s', feed.epoch, last.xid, last.sequence, last.digest); end if;
  return format('%s-%s-%s-%s', feed.epoch, feed.expired_xid, feed.expired_sequence, feed.expired_digest);
end $$;

-- Where a cursor stands. 'oldest' is before every change that is kept.
create function lockstep.change_position(after text) returns table (xid xid8, sequence bigint) language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $$
#variable_conflict use_column
declare
  feed lockstep.change_feed := lockstep.open_change_feed();
  parts text[];
  xid_ xid8;
  sequence_ bigint;
begin
  if after = 'oldest' then return query select feed.expired_xid, feed.expired_sequence; return; end if;
  parts := regexp_match(after, '^([0-9a-f]{8})-([0-9]{1,18})-([0-9]{1,18})-([0-9a-f]{8})$');
  if parts is null then
    raise exception 'This is not a cursor of the change feed' using errcode = 'LSC01',
      hint = 'use the cursor of a change, the answer of lockstep.changes_now(), or ''oldest''';
  end if;
  xid_ := parts[2]::xid8;
  sequence_ := parts[3]::bigint;
  if parts[1] = feed.epoch then
    if (xid_, sequence_) < (feed.expired_xid, feed.expired_sequence) then
      raise exception 'The changes after this cursor are no longer kept' using errcode = 'LSC02',
        hint = 'take a new cursor, read the mirror, then follow from that cursor';
    end if;
    if (xid_, sequence_, parts[4]) = (feed.expired_xid, feed.expired_sequence, feed.expired_digest)
      or exists (
        select from lockstep.changes c where c.xid = xid_ and c.sequence = sequence_
          and lockstep.change_digest(c.account, c.type, c.id, c.kind, c.proven_at) = parts[4])
    then return query select xid_, sequence_; return; end if;
  end if;
  raise exception 'This cursor is of another database, or from before this one was restored' using errcode = 'LSC03',
    hint = 'take a new cursor, read the mirror, then follow from that cursor';
end $$;

-- The changes after a cursor, in their order. No change can ever appear between two that were returned, nor before them.
create function lockstep.changes_after(after text, most integer default 1000)
returns table (cursor text, sequence bigint, account text, livemode boolean, type text, id text, kind text, changed text[],
  proven_at timestamptz, events text[])
language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
#variable_conflict use_column
declare
  feed lockstep.change_feed := lockstep.open_change_feed();
  xid_ xid8;
  sequence_ bigint;
begin
  select p.xid, p.sequence into xid_, sequence_ from lockstep.change_position(after) p;
  return query
    select format('%s-%s-%s-%s', feed.epoch, c.xid, c.sequence,
        lockstep.change_digest(c.account, c.type, c.id, c.kind, c.proven_at)),
      c.sequence, c.account, c.livemode, c.type, c.id, c.kind, c.changed, c.proven_at, c.events
    from lockstep.changes c
    where (c.xid, c.sequence) > (xid_, sequence_) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by c.xid, c.sequence limit most;
  if lockstep.are_changes_missing(feed.weeks) then
    raise exception 'Changes that are still to be read were dropped from the feed by hand' using errcode = 'LSC02',
      hint = 'lockstep serve begins the feed again; then take a new cursor, read the mirror, and follow from that cursor';
  end if;
end $$;

-- Tells listeners up to where there are changes to read: once, whichever process comes first. After the proofs have been
-- committed, since a transaction that notifies holds a lock of the whole server while it commits.
create function lockstep.notify_changes(cursor_ text) returns void language plpgsql
set enable_seqscan = off
as $$
declare
  xid_ xid8 := split_part(cursor_, '-', 2)::xid8;
  sequence_ bigint := split_part(cursor_, '-', 3)::bigint;
begin
  update lockstep.change_feed f set notified_xid = xid_, notified_sequence = sequence_
    where (f.notified_xid, f.notified_sequence) < (xid_, sequence_);
  if found then perform pg_notify('lockstep_changes', cursor_); end if;
end $$;

-- Notes the partitions that must be there: those that were noted, and those whose weeks end after that time.
create function lockstep.note_change_weeks(before timestamptz) returns void language sql
set enable_seqscan = off
as $$
  update lockstep.change_feed f set weeks = found.weeks
  from (
    select array_agg(distinct name order by name) as weeks from (
      select unnest(weeks) as name from lockstep.change_feed
      union all
      select c.relname::text from pg_partition_tree('lockstep.changes') t join pg_class c on c.oid = t.relid
      where c.relname ~ '_w[0-9]{8}$' and (right(c.relname, 8)::date + 7)::timestamp at time zone 'UTC' > before
    ) names) found
  where found.weeks <> f.weeks
$$;

-- Ends the keeping of changes before that time: their cursors are refused from now on. The rows are deleted later, so
-- that no reader finds them gone whose snapshot does not show this yet.
create function lockstep.expire_changes(before timestamptz, now_ timestamptz) returns void language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set jit = off
as $$
declare
  feed lockstep.change_feed;
  last record;
  kept text[];
begin
  select * into feed from lockstep.change_feed f for update;
  -- The weeks that are over by then may be dropped, later too.
  kept := array(select w from unnest(feed.weeks) w where (right(w, 8)::date + 7)::timestamp at time zone 'UTC' > before);
  if kept <> feed.weeks then update lockstep.change_feed set weeks = kept, expired_at = now_; end if;
  loop
    select p.xid, p.sequence, p.digest into last from (
      select c.xid, c.sequence, c.proven_at,
        lockstep.change_digest(c.account, c.type, c.id, c.kind, c.proven_at) as digest
      from lockstep.changes c
      where (c.xid, c.sequence) > (feed.expired_xid, feed.expired_sequence)
        and c.xid < pg_snapshot_xmin(pg_current_snapshot())
      order by c.xid, c.sequence limit 1000) p
    where p.proven_at < before order by p.xid desc, p.sequence desc limit 1;
    exit when not found;
    feed.expired_xid := last.xid;
    feed.expired_sequence := last.sequence;
    feed.expired_digest := last.digest;
    update lockstep.change_feed
    set expired_xid = last.xid, expired_sequence = last.sequence, expired_digest = last.digest, expired_at = now_;
  end loop;
end $$;
