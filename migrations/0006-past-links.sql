-- Customers that a user had before, such as one that was deleted at Stripe: so that a trial is not given twice, and past
-- subscriptions and invoices stay the user's.
create table lockstep.past_links (
  account      text        not null,
  livemode     boolean     not null,
  user_id      text        not null,
  customer_id  text        not null,
  ended_at     timestamptz not null,
  primary key (account, livemode, user_id, customer_id)
);
