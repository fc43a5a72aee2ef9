import { isDeepStrictEqual } from 'node:util';
import { kinds, type Json } from '../stripe/kinds.js';
import type { Thing } from '../stripe/store.js';

// Nothing here or beside it imports from src: whoever is judged does not write the law.

/** A row of the mirror as it was found in the tables. */
export interface FoundRow {
  account: string;
  type: string;
  id: string;
  owner: string | null;
  data: Json;
  deleted: boolean;
  proven: boolean;
}

/** A Stripe object in its parts: itself without its owned list, and each member of that. */
export interface Parts {
  self: Json;
  children: ReadonlyMap<string, Json>;
}

export function partsOf(type: string, object: Json): Parts {
  const list = kinds[type]?.list ?? null;
  if (list === null) return { self: object, children: new Map() };
  const { [list.field]: members, ...self } = object;
  const all = Array.isArray(members) ? (members as Json[]) : ((members as { data?: Json[] } | undefined)?.data ?? []);
  return { self, children: new Map(all.map((member) => [member['id'] as string, member])) };
}

/** Whether two whole objects are the same, however their owned list is written. */
export function sameObject(type: string, a: Json | null, b: Json | null): boolean {
  if (a === null || b === null) return a === b;
  const [one, other] = [partsOf(type, a), partsOf(type, b)];
  return same(one.self, other.self) && same([...one.children], [...other.children]);
}

export function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b);
}

/** Every id that was ever a member of the thing's owned list. */
export function everChildren(thing: Thing): Set<string> {
  const ids = new Set<string>();
  for (const { object } of thing.versions)
    if (object !== null) for (const id of partsOf(thing.type, object).children.keys()) ids.add(id);
  return ids;
}
