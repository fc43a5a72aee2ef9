-- Lockstep's own state. The mirror's tables (schema "stripe") are made from the catalog, not here.

-- Draws gens and tokens. Cache 1, so that a later draw is a larger number in every connection.
create sequence lockstep.tick as bigint cache 1;

-- One Stripe account in one mode that this database mirrors. The platform is the account whose key reads it: its own,
-- or the one that it is connected to.
create table lockstep.sources (
  account    text        not null,
  livemode   boolean     not null,
  platform   text        not null,
  bound_at   timestamptz not null default now(),
  bound_by   text        not null check (bound_by in ('key', 'configuration', 'event')),
  primary key (account, livemode)
);

-- Every event that was acknowledged. Partitioned by the event's own time, which never changes between deliveries, so
-- that one primary key finds a repeated event and retention drops a partition.
create table lockstep.inbox (
  created      timestamptz not null,
  account      text        not null,
  livemode     boolean     not null,
  id           text        not null,
  type         text        not null,
  api_version  text,
  object_type  text,
  object_id    text,
  feed         text        not null,
  quarantine   text,                    -- why it changed nothing: 'account', 'livemode', 'object'
  twin         text,                    -- of a thin event, the snapshot event of the same change
  received_at  timestamptz not null default now(),
  body         jsonb       not null,    -- without secrets
  primary key (created, account, livemode, id)
) partition by range (created);
create table lockstep.inbox_default partition of lockstep.inbox default;
create index inbox_object on lockstep.inbox (object_type, object_id, created);
create index inbox_received on lockstep.inbox (received_at);
create index inbox_id on lockstep.inbox (id);
create index inbox_twin on lockstep.inbox (twin) where twin is not null;
create index inbox_quarantine on lockstep.inbox (account, livemode) where quarantine is not null;

-- The dirty set: one mark for each object hinted at and not yet proven.
create table lockstep.dirty (
  account       text        not null,
  livemode      boolean     not null,
  type          text        not null,
  id            text        not null,
  gen           bigint      not null,                 -- moves with every hint
  first_gen     bigint      not null,                 -- the gen of the hint that made this mark
  proven_gen    bigint,                               -- the gen before which a proof of it began, while hints keep coming
  hinted_at     timestamptz not null,                 -- the first hint of this mark: the lag counts from here
  due_at        timestamptz not null,                 -- not proven before this
  parents       jsonb       not null default '{}',    -- ids that the object's address needs, such as its customer
  token         bigint,                               -- who may write: drawn at the claim
  leased_until  timestamptz,
  shown         boolean     not null default false,   -- a snapshot was shown since the claim
  suspended     boolean     not null default false,   -- nothing is shown until it is proven
  heard         boolean     not null default false,   -- an event spoke of the object, not a listing alone
  prior         jsonb,                                -- the proven state that a shown snapshot stands over
  attempts      integer     not null default 0,
  reason        text,                                 -- why the last attempt failed
  dead_since    timestamptz,                          -- a dead letter: tried again seldom, or on request
  primary key (account, livemode, type, id)
);
create index dirty_due on lockstep.dirty (due_at);
create index dirty_dead on lockstep.dirty (dead_since) where dead_since is not null;
create index dirty_hinted on lockstep.dirty (hinted_at);

-- How far each feed has read.
create table lockstep.cursors (
  account   text        not null,
  livemode  boolean     not null,
  feed      text        not null,
  position  timestamptz not null,
  primary key (account, livemode, feed)
);

-- What each sweep found, and with it when each object type was last proven equal. A sweep of recent objects alone proves
-- nothing about the others.
create table lockstep.sweeps (
  account      text        not null,
  livemode     boolean     not null,
  type         text        not null,
  scope        text        not null check (scope in ('all', 'recent')),
  started_at   timestamptz not null,    -- by our clock
  began_at     timestamptz,             -- by Stripe's clock, which also dates what stands in the mirror
  finished_at  timestamptz,
  listed       bigint      not null default 0,
  missing      bigint      not null default 0,
  extra        bigint      not null default 0,
  different    bigint      not null default 0,
  note         text,                    -- why it did not come to its end: 'not_available', 'no_permission', …
  primary key (account, livemode, type, scope, started_at)
);

-- How far the backfill of each type has come: it goes on from here, also after a crash.
create table lockstep.backfills (
  account      text        not null,
  livemode     boolean     not null,
  type         text        not null,
  position     jsonb,
  listed       bigint      not null default 0,
  inserted     bigint      not null default 0,
  started_at   timestamptz not null,
  finished_at  timestamptz,
  note         text,
  primary key (account, livemode, type)
);

-- Which of the app's users is which Stripe customer. The key and the parameters are stored before the call to Stripe,
-- so that whoever tries again, also after a crash, asks for the very same customer.
create table lockstep.links (
  account          text        not null,
  livemode         boolean     not null,
  user_id          text        not null,
  idempotency_key  text        not null,
  parameters       jsonb       not null,
  asked_at         timestamptz not null,
  customer_id      text,
  linked_at        timestamptz,
  primary key (account, livemode, user_id)
);
create unique index links_customer on lockstep.links (account, livemode, customer_id);

-- A subscription being made for a user, so that two clicks make one: the second joins the first, with its key, or is told
-- to wait. Gone when it is done; what a crash leaves behind is taken over.
create table lockstep.attempts (
  account          text        not null,
  livemode         boolean     not null,
  user_id          text        not null,
  idempotency_key  text        not null,
  fingerprint      text        not null,
  asked_at         timestamptz not null,
  primary key (account, livemode, user_id)
);

-- The hooks that some process runs, so that a process without them (a command, a second worker) knows what to keep for
-- whom. To be rid of one that no process runs any more, delete its row: its deliveries go with it.
create table lockstep.hooks (
  name      text        primary key,
  kind      text        not null check (kind in ('change', 'after', 'event')),
  topic     text        not null,                 -- an object type, or an event type
  backfill  boolean     not null,                 -- also for objects older than the hook, at their first sight
  since     timestamptz not null,                 -- it watches from this moment
  seen_at   timestamptz not null                  -- when a process last said that it runs it
);
create index hooks_topic on lockstep.hooks (topic);

-- What hooks are still to be run for. Those of one hook and object run one after the other, in the order of their gens.
create table lockstep.hook_deliveries (
  gen           bigint      primary key default nextval('lockstep.tick'),
  hook          text        not null references lockstep.hooks (name) on delete cascade,
  account       text        not null,
  livemode      boolean     not null,
  type          text        not null,             -- '' where an event is about no object
  id            text        not null,
  event         text,                             -- the event's id, where it is one that is delivered
  payload       jsonb       not null,             -- { before, after } or { event }
  made_at       timestamptz not null,
  due_at        timestamptz not null,
  token         bigint,                           -- who runs it: drawn at the claim
  leased_until  timestamptz,
  attempts      integer     not null default 0,
  reason        text,                             -- why the last run failed
  dead_since    timestamptz                       -- a dead letter: tried again seldom, or on request
);
create index hook_deliveries_object on lockstep.hook_deliveries (hook, account, livemode, type, id, gen);
create index hook_deliveries_due on lockstep.hook_deliveries (hook, due_at);
create index hook_deliveries_dead on lockstep.hook_deliveries (dead_since) where dead_since is not null;
