-- An endpoint that changes are sent to is a hook for each of its types.
alter table lockstep.hooks
  add column endpoint      text,                   -- null: the hook is code of an app
  add column failing_since timestamptz,            -- since when the endpoint took no message
  add column disabled_at   timestamptz;            -- it failed for days: what changes is kept for it, and not sent
create index hooks_endpoint on lockstep.hooks (endpoint) where endpoint is not null;
