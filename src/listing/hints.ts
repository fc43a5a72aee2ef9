import { catalogOf } from '../catalog/catalog.js';
import { hintAt, type Hint } from '../inbox/hint.js';
import { parentsIn } from '../inbox/parents.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';

/** Hints at rows of one type. If its objects are read below a parent, the rows say below which. */
export async function hintsAtRows(database: Queryable, mirror: Mirror, keys: readonly ObjectKey[]): Promise<Hint[]> {
  const entry = catalogOf(keys[0]?.type ?? '');
  if (entry === undefined || entry.retrieve !== null || entry.nestedRetrieve.length === 0) return keys.map(hintAt);
  const rows = await mirror.read(database, keys);
  return keys.map((key) => ({ ...hintAt(key), parents: parentsIn(entry, rows.get(keyText(key))?.data ?? {}) }));
}
