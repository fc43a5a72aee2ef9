-- The alarms that are open, for LOCKSTEP_ALERT_URL. They outlive a restart, and all processes share them, so that each
-- is reported once.
create table lockstep.alarms (
  code          text        not null,             -- the kinds are in src/operate/alarms/alarm.ts
  account       text        not null,             -- '' for what is about no single account
  livemode      boolean     not null,
  id            text        not null,             -- of this raising: a later one has another
  severity      text        not null check (severity in ('warning', 'critical')),
  since         timestamptz,                      -- since when it is so; null: it is not known
  raised_at     timestamptz not null,
  absent_since  timestamptz,                      -- the cause is gone since then; it clears when that lasts
  text          text        not null,
  primary key (code, account, livemode)
);

-- What is still to be posted. A row is deleted when its receiver has answered.
create table lockstep.alarm_notices (
  id            text        primary key,          -- the webhook-id: the same at each try
  alarm         text        not null,
  made_at       timestamptz not null,
  body          jsonb       not null,
  attempts      integer     not null default 0,
  due_at        timestamptz not null,
  leased_until  timestamptz,                      -- a process posts it until then
  reason        text                              -- why the last try failed
);
