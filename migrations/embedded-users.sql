-- The embedded default's users and their profiles: the two tables an app of its own would bring.
create table if not exists public.users (
  id          bigint generated always as identity primary key,
  username    text not null unique,
  first_name  text not null default '',
  last_name   text not null default '',
  email       text
);
create table if not exists public.user_profiles (
  user_id                 bigint primary key references public.users (id) on delete cascade,
  stripe_customer_id      text,
  stripe_subscription_id  text
);
