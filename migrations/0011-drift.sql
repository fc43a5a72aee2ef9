-- Objects in which the mirror was found to differ from Stripe, with the cause. Of one object at most one row is open.
-- Kept for 45 days after it was last seen.
create table lockstep.drift (
  number       bigint      generated always as identity primary key,
  account      text        not null,
  livemode     boolean     not null,
  type         text        not null,
  id           text        not null,
  found_at     timestamptz not null,
  seen_at      timestamptz not null,    -- when it was last found, open
  found_by     text        not null,    -- 'sweep', 'verify'
  how          text        not null,    -- 'missing', 'extra', 'different'
  cause        text        not null,    -- src/listing/drift/cause.ts
  detail       text,                    -- what the cause was seen by, such as a reason or the id of an event
  repaired_at  timestamptz,             -- null: it is open
  repaired_by  text                     -- 'proof', 'verify'; null where a later comparison found no difference any more
);
create unique index drift_open on lockstep.drift (account, livemode, type, id) where repaired_at is null;
create index drift_unrepaired on lockstep.drift (number) where repaired_at is null;
create index drift_object on lockstep.drift (id);
create index drift_found on lockstep.drift (found_at);
