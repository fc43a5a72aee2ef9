import { objects } from '../catalog/catalog.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Source } from '../mirror/source.js';
import type { Queryable } from '../store/database.js';
import { name, sql } from '../store/sql.js';
import type { Gateway } from '../stripe/gateway.js';

const TYPES_MAX = 3;

/**
 * Whether this is still the Stripe that the mirror was proven against: the key belongs to the bound account, and some
 * object that was proven and is not in doubt can still be read. With nothing left to ask about, the answer is no.
 */
export async function sameStripe(
  database: Queryable,
  mirror: Mirror,
  gateway: Gateway,
  source: Source,
): Promise<boolean> {
  const account = await gateway.account();
  if (account.id !== source.account) return false;
  let asked = 0;
  for (const { object: type, table, retrieve, key } of objects) {
    if (table === null || retrieve === null || key !== 'id' || asked === TYPES_MAX) continue;
    const [row] = await database.query<{ id: string }>(sql`
      select m.id from ${name(mirror.schema, table)} m
      where m.account = ${source.account} and m.livemode = ${source.livemode} and m.proven_at is not null and not m.deleted
        and not exists (select from lockstep.dirty d where d.account = m.account and d.livemode = m.livemode
                        and d.type = ${type} and d.id = m.id)
      limit 1`);
    if (row === undefined) continue;
    asked += 1;
    if ((await gateway.read(type, row.id, {})).found !== null) return true;
  }
  return false;
}

/** Whether some event said that the object was deleted. */
export async function deletionReported(database: Queryable, type: string, id: string): Promise<boolean> {
  const rows = await database.query(sql`
    select 1 from lockstep.inbox
    where object_type = ${type} and object_id = ${id} and quarantine is null and type like '%.deleted' limit 1`);
  return rows.length > 0;
}
