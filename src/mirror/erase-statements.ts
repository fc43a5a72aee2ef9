import type { ObjectKey, Source } from '../kernel/source.js';
import { json } from '../store/json.js';
import { sql, type Sql } from '../store/sql.js';
import type { ErasedObject } from './mirror.js';

/** What adds stubs holds this lock alone. `lockstep.left_out` holds it together with others. */
export const STUB_LOCK = 4_242_003;

export const selectLeftOut = ({ account, livemode }: Source, asked: readonly object[]): Sql => sql`
  select place, customer from lockstep.left_out(${account}, ${livemode}, ${json(asked)}::jsonb)`;

export const insertStubs = (objects: readonly ErasedObject[], at: Date): Sql => sql`
  insert into lockstep.erased (account, livemode, id, type, customer_id, erased_at)
  select r.account, r.livemode, r.id, r.type, r.customer, ${at}::timestamptz
  from jsonb_to_recordset(${json(keysOf(objects))}::jsonb)
    as r(account text, livemode boolean, type text, id text, customer text)
  on conflict do nothing`;

// The marks come first: a proof that is under way then finds its claim gone, and writes nothing.
export const deleteMarksOf = (objects: readonly ObjectKey[]): Sql => sql`
  delete from lockstep.dirty d using ${keysIn(objects)}
  where d.account = r.account and d.livemode = r.livemode and d.type = r.type and d.id = r.id`;

export const deleteRows = (table: Sql, objects: readonly ObjectKey[]): Sql => sql`
  delete from ${table} m using ${keysIn(objects)}
  where m.account = r.account and m.livemode = r.livemode and m.id = r.id`;

export const deleteChildren = (table: Sql, owners: readonly ObjectKey[]): Sql => sql`
  delete from ${table} c using ${keysIn(owners)}
  where c.account = r.account and c.livemode = r.livemode and c.owner = r.id`;

const keysIn = (objects: readonly ObjectKey[]): Sql => sql`
  jsonb_to_recordset(${json(keysOf(objects))}::jsonb) as r(account text, livemode boolean, type text, id text)`;

function keysOf(objects: readonly (ObjectKey & { customer?: string })[]): object[] {
  return objects.map(({ account, livemode, type, id, customer }) => ({ account, livemode, type, id, customer }));
}
