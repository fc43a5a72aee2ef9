-- The latest of each kind of news about an account: when a delivery was last accepted, when Stripe last answered, and so
-- on. The processes on one database share it, and it outlives them: the health check is decided from it.
create table lockstep.signs (
  account   text        not null,              -- '' for what is about no account: refused deliveries
  livemode  boolean     not null,
  sign      text        not null,              -- the kinds are in src/engine/signs.ts
  at        timestamptz not null,              -- the last time, by our clock
  since     timestamptz not null,              -- the first time since the opposite was last seen
  position  timestamptz,                       -- the time at Stripe that it speaks of
  count     bigint      not null default 0,
  detail    text,                              -- why it failed
  primary key (account, livemode, sign)
);
