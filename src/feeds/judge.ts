import { isDeepStrictEqual } from 'node:util';
import { catalogOf, ownedLists } from '../catalog/catalog.js';
import { rowId } from '../catalog/identity.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { compare } from '../mirror/compare.js';
import type { Child, Marked, Mirror } from '../mirror/mirror.js';
import { rowsOf } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import type { Queryable } from '../store/database.js';
import type { Page, StripeObject } from '../stripe/gateway.js';

/**
 * What the mirror says of a listed object.
 * - `pending`: it is marked; a proof is on its way. · `cut`: equal as far as the list shows it; only a read can tell.
 */
export type Verdict = 'equal' | 'missing' | 'different' | 'cut' | 'pending';

export interface Judged {
  key: ObjectKey;
  object: StripeObject;
  verdict: Verdict;
}

/** Compares a page with the mirror, children included. Secrets are taken out of the page's objects. */
export async function judgePage(
  database: Queryable,
  mirror: Mirror,
  { source, type }: { source: Source; type: string },
  page: Page,
): Promise<Judged[]> {
  const listed = new Map<string, { key: ObjectKey; object: StripeObject }>();
  for (const object of page.data) {
    const id = idOf(object, type); // of the type alone: a customer's sources are of several
    if (id === null) continue;
    removeSecrets(object);
    const key = { account: source.account, livemode: source.livemode, type, id };
    listed.set(keyText(key), { key, object });
  }
  const keys = [...listed.values()].map(({ key }) => key);
  const standing = await mirror.readMarked(database, keys);
  const children = hasChildren(type) ? await mirror.children(database, keys) : new Map<string, Child[]>();
  return [...listed].map(([text, { key, object }]) => {
    const marked = standing.get(text) ?? { row: undefined, marked: false };
    return { key, object, verdict: judge(key, object, marked, children.get(text) ?? []) };
  });
}

function judge(key: ObjectKey, listed: StripeObject, { row, marked }: Marked, children: readonly Child[]): Verdict {
  if (marked) return 'pending';
  if (listed.deleted === true) return row?.deleted === true ? 'equal' : 'different';
  if (row === undefined || row.deleted) return 'missing';
  const comparison = compare(key.type, listed, row.data);
  return comparison !== 'different' && !childrenMatch(key, row.data, children) ? 'different' : comparison;
}

/** Whether the rows of an object's children say what the object itself says of them. */
export function childrenMatch(key: ObjectKey, data: StripeObject, children: readonly Child[]): boolean {
  if (!hasChildren(key.type)) return true;
  const wanted = rowsOf(key, data, { provenAt: null, asOf: new Date(0) }).rows.filter(({ owner }) => owner !== null);
  const standing = new Map(
    children.filter(({ deleted }) => !deleted).map((child) => [`${child.type} ${child.id}`, child]),
  );
  return (
    standing.size === wanted.length &&
    wanted.every(({ type, id, data: member }) => isDeepStrictEqual(standing.get(`${type} ${id}`)?.data, member))
  );
}

/** The row's id of a listed object; null: it is of another type. */
export function idOf(object: StripeObject, type: string): string | null {
  const entry = catalogOf(type);
  return entry === undefined || object.object !== type ? null : rowId(entry, object);
}

function hasChildren(type: string): boolean {
  const entry = catalogOf(type);
  return entry !== undefined && ownedLists(entry).length > 0;
}
