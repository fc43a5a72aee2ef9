import { objects } from '../catalog/catalog.js';
import type { Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
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
    const id = await mirror.someProven(database, source, type);
    if (id === undefined) continue;
    asked += 1;
    if ((await gateway.read(type, id, {})).found !== null) return true;
  }
  return false;
}
