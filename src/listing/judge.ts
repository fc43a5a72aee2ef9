import { isDeepStrictEqual } from 'node:util';
import { catalogOf, ownedLists } from '../catalog/catalog.js';
import { decidingIds } from '../catalog/belonging.js';
import { rowId } from '../catalog/identity.js';
import { keyText, type ObjectKey, type Source } from '../kernel/source.js';
import { compare } from '../mirror/compare.js';
import type { Candidate, Child, Mirror, Mirrored } from '../mirror/mirror.js';
import { rowsOf } from '../mirror/row.js';
import { removeSecrets } from '../mirror/secrets.js';
import type { Queryable } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';
import type { Walked } from './walk.js';

/**
 * How a listed object compares with its row.
 * - `pending`: it is marked, so a proof is on its way. · `cut`: equal as far as the list shows it; only a read can tell.
 * - `left out`: it was erased, or belongs to a customer that was.
 */
export type Verdict = 'equal' | 'missing' | 'different' | 'cut' | 'pending' | 'left out';

/** An object in a listing, without its secrets. */
export interface ListedObject {
  key: ObjectKey;
  object: StripeObject;
  /** The parents in the address of the listing: the address of the object may need them too. */
  parents: Record<string, string>;
  /** When Stripe sent it, by Stripe's clock. */
  readAt: Date;
}

export interface Judged extends ListedObject {
  verdict: Verdict;
  /** How it differs, also where a proof is on its way; null: it is equal, or only a read can tell. */
  differs: 'missing' | 'different' | null;
  /** Whether only the rows of its children differ. */
  isInParts: boolean;
  /** What the mirror has; null: no row, or a tombstone. */
  ours: StripeObject | null;
  /** The rows of its children. */
  children: readonly Child[];
}

/** The objects of one type on some pages, each once. Removes the secrets from the pages' objects. */
export function listedOn(
  pages: readonly Omit<Walked, 'next'>[],
  { source, type }: { source: Source; type: string },
): ListedObject[] {
  const { account, livemode } = source;
  const listed = new Map<string, ListedObject>();
  for (const { page, parents } of pages) {
    for (const object of page.data) {
      const id = idOf(object, type); // only of this type: a customer's sources have several
      if (id === null) continue;
      removeSecrets(object);
      listed.set(id, { key: { account, livemode, type, id }, object, parents, readAt: page.readAt });
    }
  }
  return [...listed.values()];
}

/** Compares listed objects of one type with the mirror, with their children. */
export async function judge(database: Queryable, mirror: Mirror, listed: readonly ListedObject[]): Promise<Judged[]> {
  const [first] = listed;
  if (first === undefined) return [];
  const keys = listed.map(({ key }) => key);
  const standing = await mirror.readMarked(database, keys);
  const leftOut = await mirror.leftOut(database, listed.map(candidateOf));
  const children = hasChildren(first.key.type) ? await mirror.children(database, keys) : new Map<string, Child[]>();
  return listed.map((object, place) => {
    const text = keyText(object.key);
    const marked = standing.get(text) ?? { row: undefined, marked: false };
    const below = children.get(text) ?? [];
    const ours = marked.row === undefined || marked.row.deleted ? null : marked.row.data;
    if (leftOut[place] != null)
      return { ...object, verdict: 'left out', differs: null, isInParts: false, ours, children: below };
    const compared = compareWith(object, marked.row, below);
    const { comparison } = compared;
    return {
      ...object,
      verdict: marked.marked ? 'pending' : comparison,
      differs: comparison === 'missing' || comparison === 'different' ? comparison : null,
      isInParts: compared.isInParts,
      ours,
      children: below,
    };
  });
}

/** The listed object, with the ids that decide whether it is left out. */
export function candidateOf({ key: { account, livemode, type, id }, object }: ListedObject): Candidate {
  return { account, livemode, ids: decidingIds(type, id, object) };
}

function compareWith(
  { key, object: listed }: ListedObject,
  row: Mirrored | undefined,
  children: readonly Child[],
): { comparison: Exclude<Verdict, 'pending' | 'left out'>; isInParts: boolean } {
  const whole = (comparison: Exclude<Verdict, 'pending' | 'left out'>) => ({ comparison, isInParts: false });
  if (listed.deleted === true) return whole(row?.deleted === true ? 'equal' : 'different');
  if (row === undefined && holdsNothing(listed)) return whole('equal');
  if (row === undefined || row.deleted) return whole('missing');
  const comparison = compare(key.type, listed, row.data);
  const isInParts = comparison !== 'different' && !childrenMatch(key, row.data, children);
  return isInParts ? { comparison: 'different', isInParts } : whole(comparison);
}

/** An object that each customer has one of is mostly empty. No event reports it then, and no row means the same. */
function holdsNothing(object: StripeObject): boolean {
  const field = catalogOf(object.object)?.emptyWithout;
  if (typeof field !== 'string') return false;
  const held = object[field] ?? {};
  return isList(held) ? held.data.length === 0 : Object.values(held).every((amount) => amount === 0);
}

function isList(value: object): value is { data: readonly unknown[] } {
  return 'object' in value && value.object === 'list';
}

/** Whether the rows of an object's children are equal to the children in the object. */
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
