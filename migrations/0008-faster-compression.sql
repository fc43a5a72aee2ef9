-- lz4 for the bodies of events from now on, which partitions made later take over. A PostgreSQL that was built without it keeps
-- its own.
do $$
declare
  part regclass;
begin
  alter table lockstep.inbox alter column body set compression lz4;
  for part in select inhrelid::regclass from pg_inherits where inhparent = 'lockstep.inbox'::regclass loop
    execute format('alter table %s alter column body set compression lz4', part);
  end loop;
exception when feature_not_supported then
  null;
end $$;
