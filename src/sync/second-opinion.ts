import { objects } from '../catalog/catalog.js';
import type { Source } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import type { Gateway } from '../stripe/gateway.js';

export interface SecondOpinionDeps {
  database: Queryable;
  mirror: Mirror;
  gateway: Gateway;
}

const TYPES_MAX = 3;

/**
 * Whether this is still the Stripe that the mirror was proven against: the key belongs to the bound account, and some
 * object that was proven and is not in doubt can still be read. Where all that was proven is in doubt there is nothing to
 * ask about, and the answer is no; where nothing was ever proven there is nothing to lose, and it is yes.
 */
export async function sameStripe(
  source: Source,
  { database, mirror, gateway }: SecondOpinionDeps,
  signal?: AbortSignal,
): Promise<boolean> {
  const account = await gateway.account(signal);
  if (account.id !== source.account) return false;
  let asked = 0;
  let inDoubt = false;
  for (const { object: type, table, retrieve, key } of objects) {
    if (table === null || retrieve === null || key !== 'id' || asked === TYPES_MAX) continue;
    const some = await mirror.someProven(database, source, type);
    if (some === undefined) continue;
    inDoubt ||= some.marked;
    if (some.marked) continue;
    asked += 1;
    if ((await gateway.read(type, some.id, {}, signal)).found !== null) return true;
  }
  return asked === 0 && !inDoubt;
}
