import { catalogOf, ownedObjects, ownersOf } from '../../../src/catalog/catalog.js';
import { compareKeys, keyText, type ObjectKey, type Source } from '../../../src/kernel/source.js';
import type { Child, Marked, Mirror, Mirrored } from '../../../src/mirror/mirror.js';
import { childTypes, type Row } from '../../../src/mirror/row.js';
import { json } from '../../../src/store/json.js';
import type { StripeObject } from '../../../src/stripe/gateway.js';
import type { Memory, MirrorRow } from './tables.js';

/** The mirror's tables without SQL. */
export function memoryMirror({ store, mirror, marks, erased }: Memory): Mirror {
  const put = ({ account, livemode, type, id, owner, data, deleted, provenAt, asOf }: Row): void => {
    const row = { account, livemode, type, id, owner, data: stored(data), deleted, provenAt, asOf };
    const standing = mirror.get(rowText(row));
    if (standing === undefined || mayReplace(row, standing)) mirror.set(rowText(row), row);
  };
  const find = (key: ObjectKey): MirrorRow | undefined =>
    ownedObjects.has(key.type) ? ofType(key, key.type).find(({ id }) => id === key.id) : mirror.get(rowText(key));
  const ofType = ({ account, livemode }: Source, type: string): MirrorRow[] =>
    [...mirror.values()].filter((row) => row.type === type && row.account === account && row.livemode === livemode);
  const isMarked = (key: ObjectKey): boolean => marks.get(keyText(key)) !== undefined;

  return {
    schema: 'memory',
    read: (tx, keys) =>
      store.run(tx, () => {
        const found = new Map<string, Mirrored>();
        for (const key of keys) {
          const row = find(key);
          if (row !== undefined) found.set(keyText(key), mirrored(row));
        }
        return found;
      }),
    readProven: (database, key) =>
      store.run(database, () => {
        const row = find(key);
        const prior = marks.get(keyText(key))?.prior;
        // A snapshot that is shown over nothing proves nothing.
        if (row?.provenAt === null) return prior == null ? null : stored(prior.data as StripeObject);
        return row === undefined || row.deleted ? null : stored(row.data);
      }),
    write: (tx, { rows, childSets }) =>
      store.run(tx, () => {
        const standing = rows.filter((row) => mirror.get(rowText(row)) !== undefined);
        for (const row of rows) if (hasTable(row.type)) put(row);
        for (const { account, livemode, type, owner, ids, provenAt, asOf } of childSets) {
          if (!hasTable(type)) continue;
          for (const row of ofType({ account, livemode }, type)) {
            if (row.owner !== owner || row.deleted || ids.includes(row.id)) continue;
            put({ ...row, data: { id: row.id, object: type, deleted: true }, deleted: true, provenAt, asOf });
          }
        }
        return new Set(standing.map(keyText));
      }),
    readMarked: (database, keys) =>
      store.run(database, () => {
        const found = new Map<string, Marked>();
        for (const key of keys) {
          const row = find(key);
          found.set(keyText(key), { row: row && mirrored(row), marked: isMarked(key) });
        }
        return found;
      }),
    insertAbsent: (tx, rows) =>
      store.run(tx, () => {
        const inserted = new Set<string>();
        for (const row of [...rows].sort(compareKeys)) {
          if (!hasTable(row.type) || isMarked(row) || mirror.get(rowText(row)) !== undefined) continue;
          put(row);
          inserted.add(keyText(row));
        }
        return inserted;
      }),
    scan: (database, { source, type, after, asOf, limit }) =>
      store.run(database, () =>
        ofType(source, type)
          .filter((row) => row.id > after && !row.deleted && row.asOf <= asOf)
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, limit)
          .map((row) => ({ id: row.id, marked: isMarked(row) })),
      ),
    children: (database, owners) =>
      store.run(database, () => {
        const found = new Map<string, Child[]>();
        for (const owner of owners) {
          const children = childTypes(owner.type).flatMap((type) =>
            ofType(owner, type).filter((row) => row.owner === owner.id),
          );
          if (children.length === 0) continue;
          const rows = children.map(({ type, id, data, deleted }) => ({ type, id, data: stored(data), deleted }));
          found.set(keyText(owner), rows);
        }
        return found;
      }),
    orphans: (database, source, owner, child) =>
      store.run(database, () => {
        const owners = ownersOf(child);
        if (!hasTable(child) || owners[0] !== owner) return [];
        const named = new Set(
          ofType(source, child).flatMap((row) => (row.deleted || row.owner === null ? [] : row.owner)),
        );
        const stands = (id: string): boolean =>
          owners.some((type) => {
            const key = { account: source.account, livemode: source.livemode, type, id };
            return mirror.get(rowText(key))?.deleted === false || isMarked(key);
          });
        return [...named].filter((id) => !stands(id));
      }),
    naming: (tx, key, { type, column, status }) =>
      store.run(tx, () =>
        ofType(key, type)
          .filter(({ data, deleted }) => !deleted && data[column] === key.id)
          .filter(({ data }) => status === undefined || status.includes(String(data['status'])))
          .map(({ id, data }) => ({ id, data: stored(data) })),
      ),
    leftOut: (tx, candidates) =>
      store.run(tx, () =>
        candidates.map(({ account, livemode, ids }) => {
          const stubs = ids.flatMap((id) => erased.get(stubText({ account, livemode, id })) ?? []);
          return stubs.map(({ customer }) => customer).sort()[0] ?? null;
        }),
      ),
    leaveOut: (tx, objects) =>
      store.run(tx, () => {
        for (const { account, livemode, type, id, customer } of objects) {
          const key = { account, livemode, type, id };
          if (erased.get(stubText(key)) === undefined) erased.set(stubText(key), { ...key, customer });
          marks.delete(keyText(key));
          const children = childTypes(type).flatMap((child) => ofType(key, child).filter(({ owner }) => owner === id));
          for (const row of [find(key), ...children]) if (row !== undefined) mirror.delete(rowText(row));
        }
      }),
    someProven: (database, source, type) =>
      store.run(database, () => {
        const proven = ofType(source, type).filter(({ provenAt, deleted }) => provenAt !== null && !deleted);
        const some = proven.find((row) => !isMarked(row)) ?? proven[0];
        return some && { id: some.id, marked: isMarked(some) };
      }),
  };
}

/** By the id alone: whatever type it is named with. */
export function stubText({ account, livemode, id }: Omit<ObjectKey, 'type'>): string {
  return `${account} ${livemode} ${id}`;
}

function hasTable(type: string): boolean {
  return catalogOf(type)?.table != null;
}

/** What is shown takes the place of a proof only where it is younger. */
function mayReplace(row: Standing, standing: Standing): boolean {
  return row.provenAt !== null || standing.provenAt === null || standing.asOf < row.asOf;
}

type Standing = Pick<MirrorRow, 'provenAt' | 'asOf'>;

function rowText(row: ObjectKey & { owner?: string | null }): string {
  return ownedObjects.has(row.type) ? `${keyText(row)} ${row.owner}` : keyText(row);
}

function mirrored({ data, deleted, provenAt, asOf }: MirrorRow): Mirrored {
  return { data: stored(data), deleted, provenAt, asOf };
}

/** As a database gives it back: nobody else's object, and nothing that JSON cannot say. */
function stored(data: StripeObject): StripeObject {
  return JSON.parse(json(data)) as StripeObject;
}
