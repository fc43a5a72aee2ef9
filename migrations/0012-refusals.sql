-- The latest deliveries that were refused, by anybody. Nothing in them is proven: the ids are what the body says, and of
-- the body nothing else is kept.
create table lockstep.refusals (
  number     bigint      generated always as identity primary key,
  at         timestamptz not null,
  reason     text        not null,    -- src/feeds/refusal.ts
  event_id   text,
  object_id  text
);
create index refusals_object on lockstep.refusals (object_id, at) where object_id is not null;
