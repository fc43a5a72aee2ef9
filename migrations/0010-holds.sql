-- Accounts that an operator paused: their events are stored and marked, and nothing of them is read from Stripe.
create table lockstep.holds (
  account   text        not null,
  livemode  boolean     not null,
  by_whom   text        not null,
  reason    text,
  since     timestamptz not null,
  until     timestamptz,               -- it ends by itself then; null: it does not
  primary key (account, livemode)
);
