-- The processes that work on this database. Each writes its row every few seconds, so that `lockstep status` can say
-- which of them live, without asking one.
create table lockstep.processes (
  id          uuid        primary key,
  started_at  timestamptz not null,
  seen_at     timestamptz not null,    -- its last sign of life
  about       jsonb       not null     -- what it does and how much it asks of Stripe: src/engine/process-record.ts
);
