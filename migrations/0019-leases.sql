-- Work that one process does for all of them. A lease that its owner no longer renews goes to another.
create table lockstep.leases (
  duty   text        primary key,
  owner  uuid        not null,
  until  timestamptz not null
);
