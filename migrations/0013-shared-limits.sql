-- What the processes of one database share, so that four of them ask Stripe no more than one would.

-- When the requests that were reserved so far are used up, for each endpoint and (endpoint '') for the whole key.
create table lockstep.request_turns (
  account   text        not null,
  livemode  boolean     not null,
  endpoint  text        not null,
  free_at   timestamptz not null,
  primary key (account, livemode, endpoint)
) with (fillfactor = 50);

-- How many unexplained 404s came in a row, for each account.
create table lockstep.missing_runs (
  account   text        not null,
  livemode  boolean     not null,
  length    integer     not null,
  primary key (account, livemode)
);
