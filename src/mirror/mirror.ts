/**
 * The mirror: the tables of Stripe's objects, a row per object. In reading order:
 *
 * - `show` decides whether an event's snapshot may be shown before it is proven.
 * - `row` makes the rows of an object and of its children; `secrets` takes the secrets out of it.
 * - `mirror` reads and writes these rows; `statements` is its SQL.
 * - `compare` says whether two states of an object are equal; `field-difference`, in which fields they differ.
 */
import { catalogOf, ownedObjects, ownersOf } from '../catalog/catalog.js';
import { compareKeys, keyText, type ObjectKey, type Source } from '../kernel/source.js';
import type { Queryable } from '../store/database.js';
import { name, type Sql } from '../store/sql.js';
import type { StripeObject } from '../stripe/gateway.js';
import { childTypes, type MirrorRows, type Row } from './row.js';
import { deleteChildren, deleteRows, deleteMarksOf, insertStubs, selectLeftOut } from './erase-statements.js';
import {
  insertAbsentRows,
  selectChildren,
  selectMarked,
  selectNaming,
  selectOrphanOwners,
  selectProven,
  selectRows,
  selectSomeProven,
  selectStanding,
  tombstoneMissing,
  upsertChildren,
  upsertRows,
} from './statements.js';

/** A row as it is now. */
export interface Mirrored {
  data: StripeObject;
  deleted: boolean;
  provenAt: Date | null;
  asOf: Date;
}

/** A row and its mark, seen in one statement. */
export interface Marked {
  row: Mirrored | undefined;
  marked: boolean;
}

/** The row of a child. */
export interface Child {
  type: string;
  id: string;
  data: StripeObject;
  deleted: boolean;
}

/** For `asOf` of a scan: every row, even the youngest. */
export const HOWEVER_YOUNG = new Date(253_402_300_799_000);

/** Which rows of a type a scan walks through, in the order of their ids. */
export interface Scan {
  source: Source;
  type: string;
  /** Rows with an id after this one. */
  after: string;
  /** Last known at this moment or before. */
  asOf: Date;
  limit: number;
}

/** Which rows name an object. */
export interface NamingRows {
  type: string;
  /** The column that holds the id of the object. */
  column: string;
  /** Only rows in one of these states. Default: rows in any state. */
  status?: readonly string[];
}

/** An object that may have been erased, and the ids that decide it: `decidingIds` of the catalog. */
export interface Candidate extends Source {
  ids: readonly string[];
}

/** An object of which nothing is kept but a stub. */
export interface ErasedObject extends ObjectKey {
  /** The customer that it belonged to. */
  customer: string;
}

/** The tables of Stripe's objects in one schema. Every write happens inside the caller's transaction. */
export interface Mirror {
  readonly schema: string;
  /** The rows by `keyText`. A type without a table has none. */
  read(tx: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Mirrored>>;
  /** The object as it was last proven, even if a snapshot is shown over it. null: never proven, or it is gone. */
  readProven(database: Queryable, key: ObjectKey): Promise<StripeObject | null>;
  /**
   * Writes rows, and makes tombstones of the children that are no longer in their owner's set. Returns which objects
   * had a row, by `keyText`.
   */
  write(tx: Queryable, rows: MirrorRows): Promise<ReadonlySet<string>>;
  /** For each key its row and whether it is marked, as of one moment. */
  readMarked(database: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Marked>>;
  /**
   * Inserts rows of one page of a listing (one source, type and time; none owned, none deleted) that have neither a row
   * nor a mark. Returns which, by `keyText`. A mark made while this runs is proven by a read that begins later than the
   * listing that brought these rows.
   */
  insertAbsent(tx: Queryable, rows: readonly Row[]): Promise<Set<string>>;
  /** Rows that are not tombstones. */
  scan(database: Queryable, scan: Scan): Promise<{ id: string; marked: boolean }[]>;
  /** The children of each owner, by the owner's `keyText`. */
  children(database: Queryable, owners: readonly ObjectKey[]): Promise<Map<string, Child[]>>;
  /**
   * Ids of owners that standing children name, and that have neither a row nor a mark in any of the tables whose
   * objects may own such children. Only for the first of these types; for the others there are none.
   */
  orphans(database: Queryable, source: Source, owner: string, child: string): Promise<string[]>;
  /** Standing rows of a type that name the object in a column. */
  naming(tx: Queryable, key: ObjectKey, which: NamingRows): Promise<{ id: string; data: StripeObject }[]>;
  /**
   * For each candidate the customer for whose sake it is left out; null: it is not. Nothing is erased between this and the
   * end of the transaction.
   */
  leftOut(tx: Queryable, candidates: readonly Candidate[]): Promise<(string | null)[]>;
  /** Removes the rows of these objects and of their children, and leaves a stub of each. Their marks are removed too. */
  leaveOut(tx: Queryable, objects: readonly ErasedObject[], at: Date): Promise<void>;
  /** Some object of the type that is proven and not a tombstone; a marked one only if there is no other. */
  someProven(database: Queryable, source: Source, type: string): Promise<{ id: string; marked: boolean } | undefined>;
}

export function createMirror(schema: string): Mirror {
  return {
    schema,
    read: (tx, keys) => readRows(schema, tx, keys),
    readProven: (database, key) => readProven(schema, database, key),
    write: (tx, rows) => writeRows(schema, tx, rows),
    readMarked: (database, keys) => readMarked(schema, database, keys),
    insertAbsent: (tx, rows) => insertAbsent(schema, tx, rows),
    async scan(database, scan) {
      const table = tableName(schema, scan.type);
      return table === undefined ? [] : database.query(selectStanding(table, scan));
    },
    children: (database, owners) => readChildren(schema, database, owners),
    async orphans(database, source, owner, child) {
      const table = tableName(schema, child);
      const types = ownersOf(child);
      if (table === undefined || types[0] !== owner) return [];
      const owners = types.flatMap((type) => withTable(schema, type) ?? []);
      const rows = await database.query<{ owner: string }>(selectOrphanOwners(table, source, owners));
      return rows.map(({ owner: id }) => id);
    },
    async naming(tx, key, which) {
      const table = tableName(schema, which.type);
      return table === undefined ? [] : tx.query(selectNaming(table, key, which));
    },
    leftOut: (tx, candidates) => findLeftOut(tx, candidates),
    leaveOut: (tx, objects, at) => leaveOut(schema, tx, objects, at),
    async someProven(database, source, type) {
      const table = tableName(schema, type);
      if (table === undefined) return undefined;
      const [row] = await database.query<{ id: string; marked: boolean }>(selectSomeProven(table, source, type));
      return row;
    },
  };
}

type FoundRow = Omit<ObjectKey, 'type'> & {
  data: StripeObject;
  deleted: boolean;
  proven_at: Date | null;
  as_of: Date;
};

async function readRows(schema: string, tx: Queryable, keys: readonly ObjectKey[]): Promise<Map<string, Mirrored>> {
  const mirrored = new Map<string, Mirrored>();
  for (const [type, members] of byType(keys)) {
    const table = tableName(schema, type);
    if (table === undefined) continue;
    for (const row of await tx.query<FoundRow>(selectRows(table, members))) {
      const { data, deleted } = row;
      mirrored.set(keyText({ ...row, type }), { data, deleted, provenAt: row.proven_at, asOf: row.as_of });
    }
  }
  return mirrored;
}

async function readProven(schema: string, database: Queryable, key: ObjectKey): Promise<StripeObject | null> {
  const table = tableName(schema, key.type);
  if (table === undefined) return null;
  const [row] = await database.query<{ proven: StripeObject | null }>(selectProven(table, key));
  return row?.proven ?? null;
}

type WrittenRow = Omit<ObjectKey, 'type'> & { isNew: boolean };

async function writeRows(schema: string, tx: Queryable, { rows, childSets }: MirrorRows): Promise<Set<string>> {
  const replaced = new Set<string>();
  for (const [type, members] of byType(rows)) {
    const table = tableName(schema, type);
    if (table === undefined) continue;
    if (ownedObjects.has(type)) await tx.query(upsertChildren(table, members));
    else {
      for (const { isNew, ...key } of await tx.query<WrittenRow>(upsertRows(table, members))) {
        if (!isNew) replaced.add(keyText({ ...key, type }));
      }
    }
  }
  for (const [type, sets] of byType(childSets)) {
    const table = tableName(schema, type);
    if (table !== undefined) await tx.query(tombstoneMissing(table, type, sets));
  }
  return replaced;
}

type MarkedRow = Omit<ObjectKey, 'type'> & {
  data: StripeObject | null;
  deleted: boolean | null;
  proven_at: Date | null;
  as_of: Date | null;
  marked: boolean;
};

async function readMarked(
  schema: string,
  database: Queryable,
  keys: readonly ObjectKey[],
): Promise<Map<string, Marked>> {
  const states = new Map<string, Marked>();
  for (const [type, members] of byType(keys)) {
    const rows = await database.query<MarkedRow>(selectMarked(tableName(schema, type), type, members));
    for (const { data, deleted, proven_at: provenAt, as_of: asOf, marked, ...key } of rows) {
      const row = asOf === null ? undefined : { data: data as StripeObject, deleted: deleted === true, provenAt, asOf };
      states.set(keyText({ ...key, type }), { row, marked });
    }
  }
  return states;
}

async function insertAbsent(schema: string, tx: Queryable, rows: readonly Row[]): Promise<Set<string>> {
  const [first] = rows;
  const table = first && tableName(schema, first.type);
  if (first === undefined || table === undefined) return new Set();
  const sorted = [...rows].sort(compareKeys);
  const inserted = await tx.query<{ id: string }>(insertAbsentRows(table, first, sorted));
  return new Set(inserted.map(({ id }) => keyText({ ...first, id })));
}

type ChildRow = Omit<Child, 'type'> & Source & { owner: string };

async function readChildren(
  schema: string,
  database: Queryable,
  owners: readonly ObjectKey[],
): Promise<Map<string, Child[]>> {
  const children = new Map<string, Child[]>();
  for (const [type, members] of byType(owners)) {
    for (const child of childTypes(type)) {
      const table = tableName(schema, child);
      if (table === undefined) continue;
      for (const { account, livemode, owner, ...row } of await database.query<ChildRow>(
        selectChildren(table, members),
      )) {
        const text = keyText({ account, livemode, type, id: owner });
        children.set(text, [...(children.get(text) ?? []), { ...row, type: child }]);
      }
    }
  }
  return children;
}

async function findLeftOut(tx: Queryable, candidates: readonly Candidate[]): Promise<(string | null)[]> {
  const found: (string | null)[] = candidates.map(() => null);
  const sources = new Map<string, { source: Source; asked: { place: number; ids: readonly string[] }[] }>();
  candidates.forEach(({ account, livemode, ids }, place) => {
    const name = `${account} ${livemode}`;
    const of = sources.get(name) ?? { source: { account, livemode }, asked: [] };
    of.asked.push({ place, ids });
    sources.set(name, of);
  });
  for (const { source, asked } of sources.values()) {
    const rows = await tx.query<{ place: number; customer: string }>(selectLeftOut(source, asked));
    for (const { place, customer } of rows) found[place] = customer;
  }
  return found;
}

async function leaveOut(schema: string, tx: Queryable, objects: readonly ErasedObject[], at: Date): Promise<void> {
  if (objects.length === 0) return;
  const sorted = [...objects].sort(compareKeys);
  await tx.query(insertStubs(sorted, at));
  await tx.query(deleteMarksOf(sorted));
  for (const [type, members] of byType(sorted)) {
    const table = tableName(schema, type);
    if (table === undefined) continue;
    await tx.query(deleteRows(table, members));
    for (const child of childTypes(type)) {
      const children = tableName(schema, child);
      if (children !== undefined) await tx.query(deleteChildren(children, members));
    }
  }
}

function withTable(schema: string, type: string): { type: string; table: Sql } | undefined {
  const table = tableName(schema, type);
  return table && { type, table };
}

/** undefined: objects of the type have no table. */
function tableName(schema: string, type: string): Sql | undefined {
  const table = catalogOf(type)?.table;
  return table == null ? undefined : name(schema, table);
}

// Sorted, so that two writers meet the same rows in the same order and cannot deadlock.
function byType<T extends ObjectKey>(items: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of [...items].sort(compareKeys)) {
    const group = groups.get(item.type);
    if (group === undefined) groups.set(item.type, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
