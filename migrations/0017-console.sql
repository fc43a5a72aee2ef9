-- The console: who may sign in, what they did, what they started, and what the plots show.

-- One token for each person and role. Only the hash of its secret is kept.
create table lockstep.console_tokens (
  id          text        primary key,
  name        text        not null unique,
  role        text        not null check (role in ('look', 'act')),
  hash        bytea       not null,
  created_at  timestamptz not null,
  expires_at  timestamptz,               -- null: it does not expire
  used_at     timestamptz                -- the latest sign-in
);

-- Who is signed in. A session ends with its token.
create table lockstep.console_sessions (
  hash        bytea       primary key,   -- of the value of the cookie
  token       text        not null references lockstep.console_tokens (id) on delete cascade,
  created_at  timestamptz not null,
  seen_at     timestamptz not null,
  expires_at  timestamptz not null
);
create index console_sessions_token on lockstep.console_sessions (token);
create index console_sessions_expires on lockstep.console_sessions (expires_at);

-- Who did what, from the console. Written before it is done, and completed after.
create table lockstep.audit (
  number   bigint      generated always as identity primary key,
  at       timestamptz not null,
  who      text        not null,          -- the name of the token
  token    text        not null,          -- its id: a name may be given again
  action   text        not null,
  target   text        not null,          -- such as the id of an object; '' for what is about no single thing
  note     text,
  outcome  text,                          -- null: it is under way, or its process ended before it was done
  failed   boolean     not null default false
);
create index audit_target on lockstep.audit (target, number);

-- Long work that somebody started from the console. One of a kind runs at a time, whatever process runs it.
create table lockstep.jobs (
  number       bigint      generated always as identity primary key,
  kind         text        not null check (kind in ('backfill', 'sweep', 'verify')),
  asked        jsonb       not null,
  by_whom      text        not null,
  started_at   timestamptz not null,
  seen_at      timestamptz not null,       -- the last sign of life of the process that runs it
  finished_at  timestamptz,
  stop_by      text,                       -- who asked it to stop
  progress     jsonb       not null default '{}',
  outcome      text,
  failed       boolean     not null default false
);
create unique index jobs_running on lockstep.jobs (kind) where finished_at is null;

-- What each process counted in one minute, for the plots. Kept for 45 days.
create table lockstep.samples (
  at       timestamptz not null,
  process  uuid        not null,
  counted  jsonb       not null,           -- src/operate/console/samples.ts
  primary key (at, process)
);

-- Nobody needs to look at these until then. Status and alarms count them all the same.
create table lockstep.mutes (
  type      text        not null,
  reason    text        not null,
  by_whom   text        not null,
  at        timestamptz not null,
  until     timestamptz not null,
  primary key (type, reason)
);
create index drift_cause on lockstep.drift (cause, number);
create index drift_type on lockstep.drift (type, number);
