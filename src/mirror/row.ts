import { catalogOf, ownedLists } from '../catalog/catalog.js';
import type { StripeObject } from '../stripe/gateway.js';
import { keyText, type ObjectKey } from '../kernel/source.js';

/** A row to be written. */
export interface Row extends ObjectKey {
  /** The object that owns this one; null: it has no owner. */
  owner: string | null;
  data: StripeObject;
  deleted: boolean;
  /** When a read proved it; null: shown, not yet proven. */
  provenAt: Date | null;
  /** The time in Stripe that `data` is known to reflect: the `Date` of the read, or `created` of the event shown. */
  asOf: Date;
}

/** The children of one owner, as a complete set: a child that is not in it is gone. */
export interface ChildSet extends ObjectKey {
  owner: string;
  ids: string[];
  provenAt: Date | null;
  asOf: Date;
}

export interface MirrorRows {
  rows: Row[];
  childSets: ChildSet[];
}

type Standing = Pick<Row, 'provenAt' | 'asOf'>;

/** The rows of an object, whose owned sub-lists are complete, and of its children. */
export function rowsOf(key: ObjectKey, object: StripeObject, standing: Standing): MirrorRows {
  const { account, livemode, type: own, id } = key;
  const { provenAt, asOf } = standing;
  const rows: Row[] = [{ account, livemode, type: own, id, owner: null, data: object, deleted: false, provenAt, asOf }];
  if (childTypes(own).length === 0) return { rows, childSets: [] };
  const sets = new Map<string, ChildSet>();
  for (const { type, members } of ownedChildren(key.type, object)) {
    const set = childSet(sets, key, type, standing);
    for (const member of members) {
      if (typeof member.id !== 'string') continue;
      set.ids.push(member.id);
      rows.push({ ...key, ...standing, type, id: member.id, owner: key.id, data: member, deleted: false });
    }
  }
  return { rows: lastOfEach(rows), childSets: [...sets.values()] };
}

/** The row of an object that Stripe no longer has: a stub without its former content, and without children. */
export function tombstoneOf(key: ObjectKey, standing: Standing): MirrorRows {
  const stub: StripeObject = { id: key.id, object: key.type, deleted: true };
  const sets = new Map<string, ChildSet>();
  for (const type of childTypes(key.type)) childSet(sets, key, type, standing);
  return { rows: [{ ...key, ...standing, owner: null, data: stub, deleted: true }], childSets: [...sets.values()] };
}

/** Whether a snapshot carries every owned sub-list to its end: Stripe cuts them off at ten (`has_more`). */
export function isComplete(type: string, object: StripeObject): boolean {
  const entry = catalogOf(type);
  return (entry ? ownedLists(entry) : []).every(({ field }) => {
    const list = object[field];
    return typeof list === 'object' && list !== null && 'has_more' in list && list.has_more === false;
  });
}

function ownedChildren(type: string, object: StripeObject): { type: string; members: StripeObject[] }[] {
  const entry = catalogOf(type);
  return (entry ? ownedLists(entry) : []).flatMap(({ field, objects }) => {
    const list = object[field] as { data?: StripeObject[] } | null | undefined;
    const members = list?.data;
    if (!Array.isArray(members)) return [];
    return objects.map((member) => ({ type: member, members: members.filter((child) => child.object === member) }));
  });
}

/** The types of the rows that such an object owns. */
export function childTypes(type: string): string[] {
  const entry = catalogOf(type);
  return (entry ? ownedLists(entry) : []).flatMap(({ objects }) => objects);
}

function childSet(sets: Map<string, ChildSet>, key: ObjectKey, type: string, standing: Standing): ChildSet {
  let set = sets.get(type);
  if (set === undefined) sets.set(type, (set = { ...key, ...standing, type, owner: key.id, ids: [] }));
  return set;
}

// `on conflict` refuses to touch one row twice in a statement.
function lastOfEach(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [`${keyText(row)} ${row.owner ?? ''}`, row])).values()];
}
