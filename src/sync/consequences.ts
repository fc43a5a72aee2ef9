import { isDeepStrictEqual } from 'node:util';
import {
  catalogOf,
  idsAt,
  isReadable,
  ownedObjects,
  type CatalogObject,
  type Consequence,
} from '../catalog/catalog.js';
import { hintAt, type Hint } from '../inbox/hint.js';
import type { Marks } from '../inbox/marks.js';
import { parentsIn } from '../inbox/parents.js';
import { keyText, type ObjectKey } from '../kernel/source.js';
import { compare } from '../mirror/compare.js';
import type { Mirror } from '../mirror/mirror.js';
import type { Queryable } from '../store/database.js';
import type { StripeObject } from '../stripe/gateway.js';

/** A proof, and what was proven before it. */
export interface Proven {
  key: ObjectKey;
  /** null: Stripe had no such object. undefined: nothing was proven. */
  before: StripeObject | null | undefined;
  /** null: Stripe has no such object. */
  after: StripeObject | null;
  /** The same with what the read looked into. */
  shown: StripeObject | null;
  /** Members of a list that was read besides. */
  listed: readonly StripeObject[];
  /** An event spoke of the object since it was proven before. */
  heard: boolean;
}

/**
 * Marks what else may have changed, in the transaction that writes the proof. A proof that changed nothing, and that no
 * event asked for, marks nothing: so every chain of consequences comes to rest.
 */
export async function markConsequences(
  tx: Queryable,
  { marks, mirror }: { marks: Marks; mirror: Mirror },
  proven: Proven,
  now: Date,
): Promise<void> {
  const entry = catalogOf(proven.key.type);
  const changed = isChange(proven);
  if (entry === undefined || !(changed || proven.heard)) return;
  const suspects = [...membersOf(entry, proven), ...(changed ? namedBy(entry, proven) : [])];
  const standing = await mirror.readMarked(
    tx,
    suspects.map(({ hint }) => hint),
  );
  const hints = suspects.filter(({ hint, data, only }) => {
    const { row, marked } = standing.get(keyText(hint)) ?? { row: undefined, marked: false };
    const stands = row !== undefined && !row.deleted;
    if (data === undefined && only === 'absent') return !stands && !marked;
    if (data === undefined) return only === undefined || stands;
    return !marked && (!stands || compare(hint.type, data, row.data) === 'different');
  });
  const left = changed && proven.after === null ? await rowsNaming(tx, mirror, entry, proven.key) : [];
  await marks.mark(tx, [...hints.map(({ hint }) => hint), ...left], now);
}

/** Whether it matters what was proven before of such an object. */
export function hasConsequences(type: string): boolean {
  const entry = catalogOf(type);
  return entry !== undefined && (entry.consequences.length > 0 || entry.subLists.some(({ owned }) => !owned));
}

export function mayListBeside(type: string): boolean {
  return catalogOf(type)?.consequences.some(({ by }) => by === 'listed') === true;
}

/**
 * The path of the list that has to be read besides, with its placeholders; undefined: none. What changed may have returned
 * to its old value before it was read: then the list is read on suspicion.
 */
export function listBeside(
  type: string,
  { before, after, mayHaveReturned }: Pick<Proven, 'before' | 'after'> & { mayHaveReturned: boolean },
): string | undefined {
  const row = catalogOf(type)?.consequences.find(({ by }) => by === 'listed');
  if (row?.by !== 'listed' || after === null) return undefined;
  return mayHaveReturned || differs(row.whenever, before, after) ? row.path : undefined;
}

/** An object that may have changed: as a list shows it, or only by its name. */
interface Suspect {
  hint: Hint;
  data?: StripeObject;
  only?: 'absent' | 'standing' | undefined;
}

function isChange({ key, before, after }: Proven): boolean {
  if (before === undefined) return true;
  if (before === null || after === null) return before !== after;
  return compare(key.type, after, before) !== 'equal';
}

/** Members of lists have a life of their own: the list hints at those that do not stand in the mirror as it shows them. */
function membersOf(entry: CatalogObject, { key, shown, listed }: Proven): Suspect[] {
  const inside = entry.subLists.flatMap(({ field, objects, owned }) => {
    const list = shown?.[field] as { data?: unknown } | null | undefined;
    if (owned || !Array.isArray(list?.data)) return [];
    return (list.data as StripeObject[]).filter(({ object }) => objects.some((name) => name === object));
  });
  return [...inside, ...listed].flatMap((data) => {
    const hint = hintOf(key, data.object, data.id, data);
    return hint === undefined ? [] : [{ hint, data }];
  });
}

function namedBy(entry: CatalogObject, proven: Proven): Suspect[] {
  const { key, before, shown } = proven;
  const object = shown ?? before ?? { object: key.type };
  return entry.consequences.flatMap((row) =>
    row.by !== 'named'
      ? []
      : idsOf(row, proven).flatMap((id) => {
          const hint = hintOf(key, row.type, id, object);
          return hint === undefined ? [] : [{ hint, only: row.only }];
        }),
  );
}

function idsOf(row: Extract<Consequence, { by: 'named' }>, { before, after, shown }: Proven): string[] {
  const [old, now] = [new Set(idsAt(before, row.path)), new Set(idsAt(shown, row.path))];
  const all = [...new Set([...old, ...now])];
  switch (row.whenever) {
    case undefined:
      return all.filter((id) => old.has(id) !== now.has(id));
    case 'anything':
      return all;
    case 'gone':
      return after === null ? all : [];
    default:
      return after === null || differs(row.whenever, before, after) ? all : [];
  }
}

/** Rows of other objects that name one that is gone. */
async function rowsNaming(tx: Queryable, mirror: Mirror, entry: CatalogObject, key: ObjectKey): Promise<Hint[]> {
  const hints: Hint[] = [];
  for (const row of entry.consequences) {
    if (row.by !== 'naming') continue;
    for (const { id, data } of await mirror.naming(tx, key, row)) {
      const hint = hintOf(key, row.type, id, data);
      if (hint !== undefined) hints.push(hint);
    }
  }
  return hints;
}

/** undefined: Stripe cannot be asked for it. `object` says below which parents it is read. */
function hintOf(of: ObjectKey, type: string, id: unknown, object: StripeObject): Hint | undefined {
  const entry = catalogOf(type);
  if (entry?.table == null || typeof id !== 'string' || !isReadable(entry) || ownedObjects.has(type)) return undefined;
  const { account, livemode } = of;
  const own = of.type.split('.').at(-1) as string;
  return { ...hintAt({ account, livemode, type, id }), parents: parentsIn(entry, { [own]: of.id, ...object }) };
}

/** Whether one of the fields differs; nothing, an empty list and zero are the same. */
function differs(
  fields: readonly string[],
  before: StripeObject | null | undefined,
  after: StripeObject | null | undefined,
): boolean {
  return fields.some((field) => !isDeepStrictEqual(orNothing(before?.[field]), orNothing(after?.[field])));
}

function orNothing(value: unknown): unknown {
  const nothing = value === undefined || value === 0 || (Array.isArray(value) && value.length === 0);
  return nothing ? null : value;
}
