import type { EventType, ObjectName } from './generated/names.js';
import type { CatalogObject, SubList } from './object.js';
import { objects } from './objects.js';
import { secretAnywhere } from './overrides.js';

export type { EventType, ObjectName } from './generated/names.js';
export type { Consequence } from './consequences.js';
export { idsAt } from './consequences.js';
export type { CatalogObject, Column, ColumnKind, ListPath, SubList } from './object.js';
export { objects } from './objects.js';

/** The catalog's row for an object type. Undefined for a type that is newer than the pinned SDK. */
export function catalogOf(object: string): CatalogObject | undefined {
  return byName.get(object);
}

/** The row for a type that our code names. */
export function knownObject(object: ObjectName): CatalogObject {
  return byName.get(object) as CatalogObject;
}

/** The row for a mirror table's name. */
export function catalogOfTable(table: string): CatalogObject | undefined {
  return byTable.get(table);
}

/** The sub-lists that are stored with the object and replaced as a set. */
export function ownedLists(object: CatalogObject): readonly SubList[] {
  return object.subLists.filter((list) => list.owned);
}

/** The types whose sub-list owns the rows of this type: 'item' → checkout.session, payment_link, quote. Often none. */
export function ownersOf(object: string): readonly ObjectName[] {
  return owners.get(object) ?? [];
}

/** The columns of other types that may have the id of such an object. All of them are indexed. */
export function columnsNaming(object: string): { type: ObjectName; table: string; column: string }[] {
  return objects.flatMap(({ object: type, table, columns }) =>
    columns.flatMap(({ name, references }) =>
      table !== null && references?.includes(object) === true ? [{ type, table, column: name }] : [],
    ),
  );
}

/** Whether Stripe can be asked for one object of the type. If not, no read can prove it. */
export function isReadable(object: CatalogObject): boolean {
  return object.retrieve !== null || object.nestedRetrieve.length > 0 || object.assembled;
}

/** The fields of an object that are never stored. @param object the value of its `object` field, if it has one */
export function secretsOf(object: unknown): readonly string[] {
  return secrets.get(object) ?? secretAnywhere;
}

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(events, type);
}

const byName = new Map<string, CatalogObject>(objects.map((object) => [object.object, object]));
const byTable = new Map(objects.flatMap((object) => (object.table === null ? [] : [[object.table, object] as const])));
const owners = ownerTable();
const secrets = new Map<unknown, readonly string[]>(
  objects.map((object) => [object.object, [...secretAnywhere, ...object.secrets]]),
);

/** The types whose rows belong to a parent: their tables have an `owner` column. */
export const ownedObjects: ReadonlySet<string> = new Set(owners.keys());

/** Event type → the object types that its `data.object` may have. An unknown event type is absent. */
export const events: Readonly<Record<string, readonly ObjectName[]>> = eventTable();

function ownerTable(): ReadonlyMap<string, readonly ObjectName[]> {
  const table = new Map<string, ObjectName[]>();
  for (const parent of objects)
    for (const { objects: members } of ownedLists(parent))
      for (const member of members) table.set(member, [...(table.get(member) ?? []), parent.object]);
  return table;
}

function eventTable(): Record<string, ObjectName[]> {
  const table: Record<string, ObjectName[]> = {};
  for (const object of objects) for (const event of object.events) (table[event] ??= []).push(object.object);
  return Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)));
}
